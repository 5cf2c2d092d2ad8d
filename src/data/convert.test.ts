import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { allBytes } from "../core/internal.ts";
import { invertImages, matchImages } from "./convert.ts";
import { imageSet } from "./test-images.ts";

const side = fc.integer({ min: 1, max: 12 });

test("values stay within the image's range, and a plain image stays plain", () => {
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.constantFrom(1, 3),
      fc.infiniteStream(fc.nat(255)),
      (h, w, h2, w2, c, bytes) => {
        const images = Uint8Array.from({ length: 2 * h * w * c }, () => bytes.next().value!);
        images.fill(77, h * w * c);
        const out = matchImages(imageSet({ height: h, width: w, channels: c, images }), {
          height: h2,
          width: w2,
          channels: c,
        });
        expect([out.height, out.width, out.images.length]).toEqual([h2, w2, 2 * h2 * w2 * c]);
        const first = images.subarray(0, h * w * c);
        expect(Math.min(...allBytes(out).subarray(0, h2 * w2 * c))).toBeGreaterThanOrEqual(Math.min(...first));
        expect(Math.max(...allBytes(out).subarray(0, h2 * w2 * c))).toBeLessThanOrEqual(Math.max(...first));
        expect(new Set(allBytes(out).subarray(h2 * w2 * c))).toEqual(new Set([77]));
      },
    ),
  );
});

test("grey to colour and back is the same; the same shape is the same set", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 9, maxLength: 9 }), (images) => {
      const grey = imageSet({ height: 3, width: 3, channels: 1, images });
      const colour = matchImages(grey, { height: 3, width: 3, channels: 3 });
      expect([...allBytes(colour)]).toEqual([...images].flatMap((value) => [value, value, value]));
      expect(matchImages(colour, grey).images).toEqual(images);
      expect(matchImages(grey, grey)).toBe(grey);
    }),
  );
});

test("halving averages with triangle weights, doubling interpolates", () => {
  const row = imageSet({ height: 1, width: 4, channels: 1, images: Uint8Array.of(0, 0, 255, 255) });
  // Weights 3, 3, 1 (of 7) around the second output's centre, as Pillow 11's Image.BILINEAR gives it.
  expect([...allBytes(matchImages(row, { height: 1, width: 2, channels: 1 }))]).toEqual([36, 219]);
  const pair = imageSet({ height: 1, width: 2, channels: 1, images: Uint8Array.of(0, 100) });
  expect([...allBytes(matchImages(pair, { height: 1, width: 4, channels: 1 }))]).toEqual([0, 25, 75, 100]);
});

test("close to sharp's linear shrink on a smooth image", async () => {
  const smooth = Uint8Array.from({ length: 32 * 32 }, (_, p) => 4 * (p % 32) + 3 * Math.floor(p / 32));
  const ours = matchImages(imageSet({ height: 32, width: 32, channels: 1, images: smooth }), {
    height: 16,
    width: 16,
    channels: 1,
  });
  const theirs = await sharp(smooth, { raw: { width: 32, height: 32, channels: 1 } })
    .resize(16, 16, { kernel: "linear", fastShrinkOnLoad: false })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const worst = Math.max(...allBytes(ours).map((value, i) => Math.abs(value - theirs[i])));
  expect(worst).toBeLessThanOrEqual(3);
});

test("negatives: 255 − x, under a name of their own; the images themselves stay", () => {
  const set = {
    ...imageSet({ images: Uint8Array.of(0, 1, 200, 255), height: 2, width: 2, channels: 1 }),
    name: "mnist/test",
  };
  const inverted = invertImages(set);
  expect(inverted.name).toBe("mnist-inverted/test");
  expect([...allBytes(inverted)]).toEqual([255, 254, 55, 0]);
  expect([...allBytes(set)]).toEqual([0, 1, 200, 255]);
  expect(inverted.labels).toBe(set.labels);
});
