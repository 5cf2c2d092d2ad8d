import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ImageSet, Random, UserError } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import {
  augMix,
  augmentationsFromJson,
  augmentWithBoxes,
  colorJitter,
  crop,
  cutout,
  flip,
  type Image,
  makeBatch,
  normalizeImages,
  randAugment,
  randomErasing,
  withoutBoxes,
} from "./index.ts";
import { augmentationTable, optionNames } from "./internal.ts";

const images = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1, 3),
  })
  .chain((shape) => {
    const length = shape.height * shape.width * shape.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data): Image => ({ ...shape, data }));
  });

const at = ({ height, width, channels, data }: Image, y: number, x: number, fill: number): number[] =>
  Array.from({ length: channels }, (_, c) =>
    y >= 0 && y < height && x >= 0 && x < width ? data[(y * width + x) * channels + c] : fill,
  );

describe.each(Object.keys(augmentationTable))("augmentation %s", (name) => {
  const given = Object.entries({ pad: 3, fill: 9 });
  const options = Object.fromEntries(given.filter(([key]) => optionNames(augmentationTable, name).includes(key)));
  const [augmentation] = augmentationsFromJson([{ name, options }]);

  test("keeps the shape and the original, repeats for the same stream", () => {
    fc.assert(
      fc.property(images, fc.integer(), (image, seed) => {
        const before = image.data.slice();
        const out = augmentation.apply(image, new Random(seed));
        expect([out.height, out.width, out.channels]).toEqual([image.height, image.width, image.channels]);
        expect(out.data.length).toBe(before.length);
        expect(image.data).toEqual(before);
        expect(augmentation.apply(image, new Random(seed))).toEqual(out);
        // A Buffer's `slice` is no copy: files are read into Buffers.
        const held = { ...image, data: Buffer.from(before) };
        expect([...augmentation.apply(held, new Random(seed)).data]).toEqual([...out.data]);
        expect([...held.data]).toEqual([...before]);
      }),
    );
  });

  test("survives JSON", () => {
    const [again] = augmentationsFromJson(JSON.parse(JSON.stringify([augmentation])));
    expect([again.name, again.options]).toEqual([augmentation.name, augmentation.options]);
  });
});

test("crop: the image moved by at most pad, the rest filled; every move occurs", () => {
  fc.assert(
    fc.property(
      images,
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer(),
      (image, pad, fill, seed) => {
        const out = crop({ pad, fill }).apply(image, new Random(seed));
        const random = new Random(seed);
        const down = random.integer(2 * pad + 1) - pad;
        const right = random.integer(2 * pad + 1) - pad;
        for (let y = 0; y < image.height; y++)
          for (let x = 0; x < image.width; x++)
            expect(at(out, y, x, fill)).toEqual(at(image, y + down, x + right, fill));
      },
    ),
  );
  const dot: Image = { height: 5, width: 5, channels: 1, data: new Uint8Array(25).fill(1, 12, 13) };
  const random = new Random("moves");
  const places = Array.from({ length: 300 }, () => crop({ pad: 1 }).apply(dot, random).data.indexOf(1));
  expect(new Set(places).size).toBe(9);
});

test("boxes follow a flip by the draws that the image has, and stay where nothing moves", () => {
  const [height, width] = [3, 8];
  const boxes = Float64Array.of(1, 0, 2, 3, 5.5, 1, 2.5, 1);
  const data = Uint8Array.from({ length: height * width }, (_, i) => i);
  const image: Image = { height, width, channels: 1, data };
  let mirrored = 0;
  for (let seed = 0; seed < 40; seed++) {
    const [plain, moved] = [
      flip().apply(image, new Random(seed)),
      augmentWithBoxes([colorJitter(), flip()], { image, boxes }, new Random(seed)),
    ];
    const alone = augmentWithBoxes([flip()], { image, boxes }, new Random(seed));
    expect(alone.image).toEqual(plain);
    const isMirrored = plain.data[0] === 7;
    if (isMirrored) mirrored++;
    expect([...alone.boxes]).toEqual(isMirrored ? [5, 0, 2, 3, 0, 1, 2.5, 1] : [...boxes]);
    expect(moved.boxes).toHaveLength(8);
  }
  expect(mirrored).toBeGreaterThan(8);
  expect([...boxes]).toEqual([1, 0, 2, 3, 5.5, 1, 2.5, 1]);
  expect(() => augmentWithBoxes([flip(), crop({ pad: 4 })], { image, boxes }, new Random(0))).toThrow(
    "augment crop: boxes cannot follow it; use flip or colorJitter",
  );
  expect(withoutBoxes([flip(), colorJitter()])).toBeUndefined();
});

test("flip: mirrored or not, half of the time, and twice is the image", () => {
  const random = new Random("flips");
  let mirrored = 0;
  fc.assert(
    fc.property(images, (image) => {
      const out = flip().apply(image, random);
      if (out === image) return;
      mirrored++;
      for (let y = 0; y < image.height; y++)
        for (let x = 0; x < image.width; x++) expect(at(out, y, x, 0)).toEqual(at(image, y, image.width - 1 - x, 0));
    }),
    { numRuns: 400 },
  );
  expect(mirrored).toBeGreaterThan(140);
  expect(mirrored).toBeLessThan(260);
});

const white: Image = { height: 32, width: 32, channels: 3, data: new Uint8Array(3072).fill(255) };
const share = ({ data }: Image) => data.filter((value) => value === 0).length / data.length;

test("cutout: one square of the size, less where it reaches over the edge", () => {
  const random = new Random("cutout");
  const shares = Array.from({ length: 400 }, () => share(cutout({ size: 16 }).apply(white, random)));
  expect(Math.max(...shares)).toBe(0.25);
  // A square around a corner's pixel keeps a quarter of itself.
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.0625);
});

test("random erasing: as often as it is told to, within its areas", () => {
  const random = new Random("erasing");
  const shares = Array.from({ length: 2000 }, () => share(randomErasing({ probability: 0.25 }).apply(white, random)));
  const erased = shares.filter((one) => one > 0);
  // Four standard errors of a share of 2,000.
  expect(Math.abs(erased.length / 2000 - 0.25)).toBeLessThan(4 * Math.sqrt(0.1875 / 2000));
  expect(Math.min(...erased)).toBeGreaterThan(0.01);
  expect(Math.max(...erased)).toBeLessThan(0.36);
});

test("policies, mixtures with other pictures and colour jitter change most images, in many ways", () => {
  const random = new Random("policies");
  const data = Uint8Array.from({ length: 3072 }, () => random.integer(256));
  const image: Image = { height: 32, width: 32, channels: 3, data };
  for (const name of ["trivialAugmentWide", "randAugment", "autoAugmentCifar", "augMix", "pixMix", "colorJitter"]) {
    const [augmentation] = augmentationsFromJson([{ name, options: {} }]);
    const made = Array.from({ length: 100 }, () =>
      Buffer.from(augmentation.apply(image, random).data).toString("base64"),
    );
    expect(new Set(made).size, name).toBeGreaterThan(25);
    const same = Buffer.from(data).toString("base64");
    expect(made.filter((one) => one === same).length, name).toBeLessThan(30);
  }
});

test("wrong options and names are refused", () => {
  expect(() => cutout({ size: 0 })).toThrow(/size 0 is not an integer/);
  expect(() => randAugment({ magnitude: 31 })).toThrow(/magnitude 31/);
  expect(() => randomErasing({ probability: 2 })).toThrow(/probability 2 is outside/);
  expect(() => augMix({ severity: 11 })).toThrow(/severity 11/);
  expect(() => crop({ pad: -1 })).toThrow(UserError);
  expect(() => crop({ pad: 1, fill: 300 })).toThrow(/fill 300/);
  expect(() => augmentationsFromJson([{ name: "warp", options: {} }])).toThrow(/unknown augmentation "warp"/);
});

const set = (count = 6, side = 2): ImageSet => ({
  name: "made/up",
  height: side,
  width: side,
  channels: 3,
  images: Uint8Array.from({ length: count * side * side * 3 }, (_, i) => (i * 37) % 256),
  labels: Int32Array.from({ length: count }, (_, i) => i % 3),
  classNames: ["a", "b", "c"],
});
const normalization = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.5] };
const stream = (row: number) => new Random("augment", 0, 0, row);

test("a batch without augmentation: channels first, normalised, one-hot targets", () => {
  const made = set();
  const { images, targets } = makeBatch(made, [4, 1], { normalization, random: stream });
  expect([...targets]).toEqual([0, 1, 0, 0, 1, 0]);
  expect(images).toEqual(normalizeImages(made, [4, 1], normalization));
  for (const [i, row] of [4, 1].entries())
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < 4; p++) {
        const want = (allBytes(made)[row * 12 + p * 3 + c] / 255 - normalization.mean[c]) / normalization.std[c];
        expect(images[i * 12 + c * 4 + p]).toBeCloseTo(want, 6);
      }
});

test("black padding is black before normalisation", () => {
  const white = { ...set(1, 4), images: new Uint8Array(48).fill(255) };
  const { images } = makeBatch(white, [0], { normalization, augment: [crop({ pad: 4 })], random: stream });
  const values = new Set([...images].map((value) => value.toFixed(4)));
  for (const value of values)
    expect(
      [0, 255].flatMap((byte) =>
        [0, 1, 2].map((c) => ((byte / 255 - normalization.mean[c]) / normalization.std[c]).toFixed(4)),
      ),
    ).toContain(value);
});

test("an image's augmentation depends on its row alone, not on its batch", () => {
  const made = set(6, 8);
  const options = { normalization, augment: [crop({ pad: 2 }), flip()], random: stream };
  const together = makeBatch(made, [0, 1, 2, 3, 4, 5], options).images;
  for (let row = 0; row < 6; row++)
    expect(makeBatch(made, [row], options).images).toEqual(together.slice(row * 192, (row + 1) * 192));
});

test("a row out of range and a normalization of other channels are refused", () => {
  expect(() => normalizeImages(set(), [6], normalization)).toThrow("made/up: row 6 of 6 images");
  expect(() => normalizeImages(set(), [0], { mean: [0], std: [1] })).toThrow(/matchImages/);
});
