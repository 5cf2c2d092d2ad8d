import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { allBytes } from "../core/internal.ts";
import { matchImages } from "./convert.ts";
import { decodeImage } from "./index.ts";

const ramp = Uint8Array.from({ length: 16 }, (_, i) => 16 * i);
const grey = () => sharp(ramp, { raw: { width: 4, height: 4, channels: 1 } });

test("a file's bytes are as good as its path; grey has as many channels as are asked for", async () => {
  const bytes = await grey().png().toBuffer();
  const folder = mkdtempSync(join(tmpdir(), "decode-"));
  try {
    const path = join(folder, "grey.png");
    writeFileSync(path, bytes);
    expect(await decodeImage(path, 4)).toEqual(await decodeImage(bytes, 4));
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(Array.from(await decodeImage(bytes, 4, 1))).toEqual(Array.from(ramp));
  expect(Array.from(await decodeImage(bytes, 4))).toEqual(Array.from(ramp).flatMap((value) => [value, value, value]));
});

test.each([
  ["red", [255, 0, 0], 76],
  ["green", [0, 255, 0], 150],
  ["blue", [0, 0, 255], 29],
])("a %s picture to a grey model is its luma, as where a set is made grey", async (_, colour, luma) => {
  const raw = Uint8Array.from({ length: 48 }, (_, i) => colour[i % 3]);
  const png = await sharp(raw, { raw: { width: 4, height: 4, channels: 3 } })
    .png()
    .toBuffer();
  expect(new Set(await decodeImage(png, 4, 1))).toEqual(new Set([luma]));
  const set = { name: "x", height: 4, width: 4, channels: 3, images: raw, labels: Int32Array.of(0), classNames: ["a"] };
  expect(new Set(allBytes(matchImages(set, { height: 4, width: 4, channels: 1 })))).toEqual(new Set([luma]));
});

test("bytes that are no image are called by the name that they are given", async () => {
  await expect(decodeImage(new Uint8Array(), 4, 3, "upload 7")).rejects.toThrow(/^upload 7: not a readable image/);
  await expect(decodeImage(Uint8Array.of(1, 2, 3), 4)).rejects.toThrow(/^image: not a readable image/);
});

const flat = (channels: 3 | 4, pixel: readonly number[]) =>
  sharp(
    Uint8Array.from({ length: 64 * channels }, (_, i) => pixel[i % channels]),
    {
      raw: { width: 8, height: 8, channels },
    },
  );

test.each<[string, () => Sharp, number[]]>([
  ["PNG, 16-bit grey", () => flat(3, [100, 100, 100]).toColourspace("grey16").png(), [100, 100, 100]],
  ["PNG, 16-bit colour", () => flat(3, [10, 100, 200]).toColourspace("rgb16").png(), [10, 100, 200]],
  ["PNG, 16-bit, transparent", () => flat(4, [10, 100, 200, 0]).toColourspace("rgb16").png(), [255, 255, 255]],
  ["PNG, 1-bit palette", () => flat(3, [10, 100, 200]).png({ palette: true, colours: 2 }), [10, 100, 200]],
  ["AVIF, 10 bits", () => flat(3, [100, 100, 100]).avif({ lossless: true, bitdepth: 10 }), [100, 100, 100]],
  ["AVIF, 12 bits", () => flat(3, [100, 100, 100]).avif({ lossless: true, bitdepth: 12 }), [100, 100, 100]],
  ["TIFF, YCbCr in JPEG", () => flat(3, [100, 100, 100]).tiff({ compression: "jpeg" }), [100, 100, 100]],
  ["TIFF, 1 bit", () => flat(3, [255, 255, 255]).toColourspace("b-w").tiff({ bitdepth: 1 }), [255, 255, 255]],
  ["TIFF, 16-bit grey", () => flat(3, [100, 100, 100]).toColourspace("grey16").tiff(), [100, 100, 100]],
  [
    "TIFF, tiles in a pyramid",
    () => flat(3, [10, 100, 200]).tiff({ tile: true, pyramid: true, compression: "deflate" }),
    [10, 100, 200],
  ],
  ["JPEG, progressive grey", () => flat(3, [100, 100, 100]).toColourspace("b-w").jpeg(), [100, 100, 100]],
])("the samples of %s are those of the picture", async (_, encode, want) => {
  const pixel = [...(await decodeImage(await encode().toBuffer(), 8)).subarray(0, 3)];
  // One step of 8 bits: what rounding to another number of bits, or colour space, and back may cost.
  for (const [c, value] of pixel.entries()) expect(Math.abs(value - want[c]), `${pixel}`).toBeLessThanOrEqual(1);
});
