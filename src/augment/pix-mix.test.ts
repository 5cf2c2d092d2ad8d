import { describe, expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { fractal, fractalOf } from "./fractals.ts";
import { augmentationsFromJson, type Image } from "./index.ts";
import { mixings, mixingWeights, pixMix } from "./pix-mix.ts";

const plain = (value: number, side = 8): Image => ({
  height: side,
  width: side,
  channels: 3,
  data: new Uint8Array(side * side * 3).fill(value),
});
const noise = (side: number): Image => {
  const random = new Random("noise", side);
  return { ...plain(0, side), data: Uint8Array.from({ length: side * side * 3 }, () => random.integer(256)) };
};

describe("mixings, by hand", () => {
  const [add, multiply] = mixings.map(
    ({ own, other, join }) =>
      (x: number, y: number, a: number, b: number) =>
        join(own(x, a), other(y, b)),
  );
  test.each([
    // −0.5 and 1 of [−1, 1] → 0.8·−0.5 + 0.3·1 = −0.1 → 0.45
    [add, 0.25, 1, 0.8, 0.3, 0.45],
    // 1.5·−0.5 − 0.2·1 = −0.95 → 0.025
    [add, 0.25, 1, 1.5, -0.2, 0.025],
    [add, 0.5, 0.5, 0.7, 0.9, 0.5],
    // 0.5² · 2⁻¹ / 2
    [multiply, 0.25, 1, 2, -1, 0.0625],
    // √2 · √0.5 / 2
    [multiply, 1, 0.25, 0.5, 0.5, 0.5],
    [multiply, 0, 0, 1.3, -0.4, 0],
    [multiply, 0.5, 0.5, 0.7, 0.9, 0.5],
  ])("%s %f with %f, weights %f and %f", (mix, x, y, a, b, expected) => {
    expect(mix(x, y, a, b)).toBeCloseTo(expected, 12);
  });

  test("a power of black is bright without end, not NaN: it is cut off at 1", () => {
    expect(multiply(0.5, 0, 1.2, -0.9)).toBeGreaterThan(1);
    expect(Number.isFinite(multiply(1, 0, 2, -1))).toBe(true);
  });
});

test("weights have the means of their Beta distributions, half below and half above 1", () => {
  const random = new Random("weights");
  const drawn = Array.from({ length: 20_000 }, () => mixingWeights(3, random));
  const [below, above] = [drawn.filter(([a]) => a < 1), drawn.filter(([a]) => a >= 1)];
  // Four standard errors.
  expect(Math.abs(below.length / drawn.length - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / drawn.length));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  // Beta(3, 1) has mean 3/4, Beta(1, 3) 1/4; both variance 3/80.
  const bound = 4 * Math.sqrt(3 / 80 / 9000);
  for (const [values, expected] of [
    [below.map(([a]) => a), 0.75],
    [below.map(([, b]) => b), 0.25],
    [above.map(([a]) => a), 1.25],
    [above.map(([, b]) => b), -0.25],
  ] as const)
    expect(Math.abs(mean(values) - expected)).toBeLessThan(bound);
});

test("without rounds, half of the images stay and the others are augmented once", () => {
  const image = noise(16);
  const random = new Random("rounds");
  const made = Array.from({ length: 1000 }, () => pixMix({ rounds: 0 }).apply(image, random));
  const same = made.filter((one) => one === image).length;
  expect(Math.abs(same / 1000 - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 1000));
});

test("one in five images is not mixed; half of the rounds take the picture", () => {
  // Augmentations of plain grey 128 are plain grey (autocontrast, equalize), or filled with it; posterized: 128 too.
  const image = plain(128);
  const random = new Random("shares");
  const options = { severity: 1, fill: 128 };
  const picture = pixMix({ ...options, mixingSet: [plain(255, 9)] });
  const counts = Array.from({ length: 4000 }, () => picture.apply(image, random).data[0]);
  // No round (1/5), or none of 1 … 4 rounds with the picture: Σ (1/2)ⁿ / 5 over n = 0 … 4.
  const untouched = (1 + 0.5 + 0.25 + 0.125 + 0.0625) / 5;
  const share = counts.filter((value) => Math.abs(value - 128) <= 2).length / 4000;
  // Weights near 0 look untouched as well.
  expect(share).toBeGreaterThan(untouched - 4 * Math.sqrt(0.24 / 4000));
  expect(share).toBeLessThan(untouched + 0.08);
});

test("pictures of one's own are cropped at random; too small ones and those of other channels are refused", () => {
  const random = new Random("own");
  const own = pixMix({ mixingSet: [noise(12), noise(16)], rounds: 1 });
  expect(own.options.fractals).toBe(0);
  const made = Array.from({ length: 60 }, () => Buffer.from(own.apply(plain(128), random).data).toString("base64"));
  expect(new Set(made).size).toBeGreaterThan(10);
  expect(() => pixMix({ mixingSet: [noise(7)] }).apply(plain(128), random)).toThrow(/7×7×3, cannot be cropped/);
  const grey: Image = { height: 9, width: 9, channels: 1, data: new Uint8Array(81) };
  expect(() => pixMix({ mixingSet: [grey] }).apply(plain(128), random)).toThrow(UserError);
});

test("a pipeline with pictures of its own does not come back from JSON as one with fractals", () => {
  const json = JSON.parse(JSON.stringify([pixMix({ mixingSet: [noise(12)] })]));
  expect(() => augmentationsFromJson(json)).toThrow(/fractals 0 .* give the mixingSet again/);
});

test("wrong options are refused", () => {
  expect(() => pixMix({ rounds: 1.5 })).toThrow(/rounds 1.5 is not an integer ≥ 0/);
  expect(() => pixMix({ beta: 0 })).toThrow(/beta 0 is not above 0/);
  expect(() => pixMix({ severity: 11 })).toThrow(/severity 11/);
  expect(() => pixMix({ fractals: -1 })).toThrow(/fractals -1/);
  expect(() => pixMix({ mixingSet: [] })).toThrow(/mixingSet is empty/);
});

const shape = { height: 36, width: 36, channels: 3 };

test("fractals repeat by seed and shape, differ by index, and are kept", () => {
  expect(fractal(shape, "a", 1)).toEqual(fractal(shape, "a", 1));
  expect(fractal(shape, "a", 1)).not.toEqual(fractal(shape, "a", 2));
  expect(fractalOf(shape, 3)).toBe(fractalOf(shape, 3));
  expect(fractalOf({ ...shape, channels: 1 }, 3).data.length).toBe(36 * 36);
});

test("fractals are structured: many values, neither plain nor noise", () => {
  for (let index = 0; index < 100; index++) {
    const { data } = fractalOf(shape, index);
    expect(new Set(data).size, `${index}`).toBeGreaterThan(20);
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    let total = 0;
    let steps = 0;
    for (let i = 0; i < data.length; i++) {
      total += (data[i] - mean) ** 2;
      if (i % 108 < 105) steps += (data[i] - data[i + 3]) ** 2;
    }
    expect(total / data.length, `${index}`).toBeGreaterThan(100);
    // Of independent pixels neighbours would differ by twice the variance.
    expect(steps / total, `${index}`).toBeLessThan(1.5);
  }
});
