import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { cutmix, mixersFromJson, mixup, smoothLabels } from "./mixers.ts";

const shape = { count: 6, channels: 2, height: 8, width: 10, classes: 6 };
const size = 2 * 8 * 10;
/** Image n holds n alone, and is of class n: what it is made of can be read off. */
const batch = {
  images: Float32Array.from({ length: 6 * size }, (_, i) => Math.floor(i / size)),
  targets: Float32Array.from({ length: 36 }, (_, i) => Number(i % 6 === Math.floor(i / 6))),
};
const row = (values: Float32Array, n: number, length: number) => [...values.subarray(n * length, (n + 1) * length)];

test("mixup: pixels and targets in the same shares, the same for the batch", () => {
  for (let seed = 0; seed < 30; seed++) {
    const { images, targets } = mixup({ alpha: 1 }).apply(batch, shape, new Random("mixup", seed));
    for (let n = 0; n < 6; n++) {
      const own = row(targets, n, 6);
      expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      const expected = own.reduce((sum, share, k) => sum + share * k, 0);
      for (const value of row(images, n, size)) expect(value).toBeCloseTo(expected, 5);
    }
  }
});

test("cutmix: one rectangle of another image, targets by its area", () => {
  const areas: number[] = [];
  for (let seed = 0; seed < 60; seed++) {
    const { images, targets } = cutmix().apply(batch, shape, new Random("cutmix", seed));
    for (let n = 0; n < 6; n++) {
      const pixels = row(images, n, size);
      const foreign = new Set(pixels.filter((value) => value !== n));
      expect(foreign.size).toBeLessThanOrEqual(1);
      const share = pixels.filter((value) => value !== n).length / size;
      const own = row(targets, n, 6);
      if (foreign.size === 1) expect(own[[...foreign][0]]).toBeCloseTo(share, 6);
      if (foreign.size === 1) areas.push(share);
      // Both channels and every row of the rectangle are cut alike.
      const columns = Array.from({ length: 16 }, (_, y) =>
        pixels
          .slice(10 * y, 10 * y + 10)
          .map((value) => value !== n)
          .join(),
      );
      expect(new Set(columns).size).toBeLessThanOrEqual(2);
    }
  }
  expect(Math.max(...areas) - Math.min(...areas)).toBeGreaterThan(0.3);
});

test("draws repeat by seed, the batch is not written to, and the pipeline survives JSON", () => {
  const before = batch.images.slice();
  for (const mixer of [mixup(), cutmix()]) {
    const [again] = mixersFromJson(JSON.parse(JSON.stringify([mixer])));
    expect(again.apply(batch, shape, new Random(1))).toEqual(mixer.apply(batch, shape, new Random(1)));
  }
  expect(batch.images).toEqual(before);
});

test("label smoothing keeps the sum; wrong options are refused", () => {
  expect([...smoothLabels(Float32Array.of(1, 0, 0, 0), 4, 0.1)].map((v) => v.toFixed(4))).toEqual([
    "0.9250",
    "0.0250",
    "0.0250",
    "0.0250",
  ]);
  expect(() => mixup({ alpha: 0 })).toThrow(UserError);
  expect(() => mixersFromJson([{ name: "blend", options: {} }])).toThrow(/unknown mixer "blend"; known: mixup, cutmix/);
});
