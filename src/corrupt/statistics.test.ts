import { describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { corruptImage } from "./corrupt-image.ts";
import { type Image, type Severity, severities } from "./corruption.ts";
import { plasmaFractal } from "./plasma-fractal.ts";
import { poisson } from "./poisson.ts";
import { spectralNoise } from "./spectral-noise.ts";
import { corruptions } from "./table.ts";

const SIDE = 32;
const grey = (value: number): Image => ({
  height: SIDE,
  width: SIDE,
  channels: 3,
  data: new Uint8Array(SIDE * SIDE * 3).fill(value),
});

/** Values of many corrupted copies of an image, in [0, 255]. */
async function values(image: Image, name: string, severity: Severity, copies = 40): Promise<Uint8Array[]> {
  const made: Uint8Array[] = [];
  for (let index = 0; index < copies; index++)
    made.push((await corruptImage(image, { name, severity, index, benchmark: "cifar" })).data);
  return made;
}

function moments(samples: ArrayLike<number>) {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i];
  const mean = sum / samples.length;
  let [second, fourth] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const square = (samples[i] - mean) ** 2;
    second += square;
    fourth += square * square;
  }
  const variance = second / samples.length;
  // Standard errors of the mean and of the variance, of independent samples.
  return {
    mean,
    variance,
    meanError: Math.sqrt(variance / samples.length),
    varianceError: Math.sqrt(Math.max(fourth / samples.length - variance ** 2, 0) / samples.length),
  };
}

/** Five standard errors: wrong once in two million tests. */
const SIGMAS = 5;
/** Cutting off to whole bytes moves a mean by −½ and adds a variance of 1/12. */
const [CUT_MEAN, CUT_VARIANCE] = [-0.5, 1 / 12];

describe("noise has the stated mean and variance, on a grey that it does not clip", () => {
  const published: Record<string, readonly number[]> = Object.fromEntries(
    corruptions.map(({ name, levels }) => [name, levels.cifar as readonly number[]]),
  );
  const value = 128;
  const stated: Record<string, (level: number) => number> = {
    gaussian_noise: (sigma) => (255 * sigma) ** 2,
    speckle_noise: (sigma) => (value * sigma) ** 2,
  };
  test.each(Object.keys(stated))("%s", async (name) => {
    for (const severity of severities) {
      const all = Uint8Array.from((await values(grey(value), name, severity)).flatMap((one) => [...one]));
      const { mean, variance, meanError, varianceError } = moments(all);
      const expected = stated[name](published[name][severity - 1]);
      expect(Math.abs(mean - value - CUT_MEAN)).toBeLessThan(SIGMAS * meanError + 0.05);
      expect(Math.abs(variance - expected - CUT_VARIANCE)).toBeLessThan(SIGMAS * varianceError + CUT_VARIANCE);
    }
  });

  test("shot_noise", async () => {
    for (const severity of severities) {
      const photons = published.shot_noise[severity - 1];
      // The bytes of a lattice of counts are cut off unevenly, so their moments are summed up exactly.
      const rate = (value / 255) * photons;
      let [probability, first, second] = [Math.exp(-rate), 0, 0];
      for (let count = 0; count < rate + 20 * Math.sqrt(rate); count++, probability *= rate / count) {
        const byte = Math.trunc(Math.min(1, count / photons) * 255);
        first += probability * byte;
        second += probability * byte * byte;
      }
      const all = Uint8Array.from((await values(grey(value), "shot_noise", severity)).flatMap((one) => [...one]));
      const { mean, variance, meanError, varianceError } = moments(all);
      expect(Math.abs(mean - first)).toBeLessThan(SIGMAS * meanError);
      expect(Math.abs(variance - (second - first * first))).toBeLessThan(SIGMAS * varianceError);
    }
  });

  test("impulse_noise replaces the stated share, half by black and half by white", async () => {
    for (const severity of severities) {
      const all = (await values(grey(value), "impulse_noise", severity)).flatMap((one) => [...one]);
      const share = published.impulse_noise[severity - 1] / 2;
      const error = Math.sqrt((share * (1 - share)) / all.length);
      for (const extreme of [0, 255])
        expect(Math.abs(all.filter((v) => v === extreme).length / all.length - share)).toBeLessThan(SIGMAS * error);
      expect(all.every((v) => v === 0 || v === 255 || v === value)).toBe(true);
    }
  });

  test("brownish_noise has the stated deviation in every image and channel; most of it in low frequencies", async () => {
    for (const severity of [1, 2] as const) {
      const stated =
        6.4 * (corruptions.find(({ name }) => name === "brownish_noise")!.levels.cifar[severity - 1] as number);
      for (const image of await values(grey(value), "brownish_noise", severity, 5))
        for (let c = 0; c < 3; c++) {
          const { variance } = moments(image.filter((_, i) => i % 3 === c));
          // Only clipping at 0 and 255, rare at these levels, and rounding change it.
          expect(Math.sqrt(variance) / stated).toBeGreaterThan(0.93);
          expect(Math.sqrt(variance) / stated).toBeLessThan(1.02);
        }
    }
  });
});

describe("Poisson numbers", () => {
  test.each([0.3, 2, 9.9, 10, 47.5, 400])("of mean %f have that mean and variance", (mean) => {
    const random = new Random("poisson", mean);
    const samples = Float64Array.from({ length: 40_000 }, () => poisson(mean, random));
    const found = moments(samples);
    expect(Math.abs(found.mean - mean)).toBeLessThan(SIGMAS * found.meanError);
    expect(Math.abs(found.variance - mean)).toBeLessThan(SIGMAS * found.varianceError);
    expect(samples.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
  });

  test.each([3, 30])("of mean %f fall as the formula says (chi-square)", (mean) => {
    const random = new Random("poisson chi-square", mean);
    const draws = 50_000;
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const drawn = poisson(mean, random);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    let [chiSquare, cells, probability] = [0, 0, Math.exp(-mean)];
    for (let k = 0; k < 4 * mean + 10; k++, probability *= mean / k) {
      const expected = draws * probability;
      if (expected < 10) continue;
      chiSquare += ((counts.get(k) ?? 0) - expected) ** 2 / expected;
      cells++;
    }
    // Mean cells, variance twice that.
    expect(chiSquare).toBeLessThan(cells + SIGMAS * Math.sqrt(2 * cells));
  });
});

test("spectral noise has deviation 1 at any size, and its spectrum: blue noise alternates, brownish does not", () => {
  const neighbours = (noise: Float64Array, width: number) => {
    let sum = 0;
    for (let i = 1; i < noise.length; i++) if (i % width > 0) sum += noise[i] * noise[i - 1];
    return sum / noise.length;
  };
  for (const [height, width] of [
    [32, 32],
    [17, 24],
    [9, 31],
  ]) {
    const blue = spectralNoise(height, width, (d) => d, new Random("blue", height));
    const brown = spectralNoise(height, width, (d) => 1 / (d * d + 1), new Random("brown", height));
    for (const noise of [blue, brown]) expect(moments(noise).variance).toBeCloseTo(1, 10);
    expect(neighbours(blue, width)).toBeLessThan(0);
    expect(neighbours(brown, width)).toBeGreaterThan(0.5);
  }
});

test("checkerboard_cutout greys about half of the stated share; blue_noise_sample blackens more with severity", async () => {
  const share = async (name: string, severity: Severity, value: number) => {
    const all = (await values(grey(200), name, severity, 60)).flatMap((one) => [...one]);
    return all.filter((v) => v === value).length / all.length;
  };
  for (const severity of severities) {
    const greyed = await share("checkerboard_cutout", severity, 128);
    // Fields come and go whole: 60 images of some 20 to 50 dark fields each.
    expect(Math.abs(greyed - severity / 20)).toBeLessThan(SIGMAS * Math.sqrt((0.25 * (severity / 10)) / (60 * 20)));
  }
  let before = 0;
  for (const severity of severities) {
    const black = await share("blue_noise_sample", severity, 0);
    expect(black).toBeGreaterThan(before);
    before = black;
  }
});

test("a plasma fractal fills [0, 1] exactly and repeats without a seam", () => {
  const cloud = plasmaFractal(32, 2, new Random("plasma"));
  expect(Math.min(...cloud)).toBe(0);
  expect(Math.max(...cloud)).toBe(1);
  const step = (a: number, b: number) => Math.abs(cloud[a] - cloud[b]);
  const seam = Array.from({ length: 32 }, (_, y) => step(32 * y, 32 * y + 31)).reduce((a, b) => a + b) / 32;
  const inside = Array.from({ length: 32 }, (_, y) => step(32 * y + 15, 32 * y + 16)).reduce((a, b) => a + b) / 32;
  expect(seam).toBeLessThan(4 * inside);
});

describe("worse with severity", () => {
  /**
   * Those whose levels are no single scale: water against mud, less against more saturation, one affine map against
   * elastic ones, glass that copies once or twice, frost and snow that darken the image while they whiten it, ripples
   * whose random length matters more than their height.
   */
  const unordered = new Set(["frost", "spatter", "saturate", "elastic_transform", "glass_blur", "snow", "ripple"]);
  const images = Array.from({ length: 24 }, (_, n): Image => {
    const random = new Random("textured", n);
    const [fx, fy, phase] = [0.2 + 0.5 * random.uniform(), 0.2 + 0.5 * random.uniform(), 6 * random.uniform()];
    const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
      return 120 + 60 * Math.sin(fx * x + phase + (i % 3)) * Math.cos(fy * y) + 30 * (random.uniform() - 0.5);
    });
    return { height: SIDE, width: SIDE, channels: 3, data };
  });
  test.each(corruptions.filter(({ name }) => !unordered.has(name)))("$name", async ({ name }) => {
    let before = 0;
    for (const severity of severities) {
      let error = 0;
      for (const [index, image] of images.entries()) {
        const { data } = await corruptImage(image, { name, severity, index, benchmark: "cifar" });
        for (let i = 0; i < data.length; i++) error += (data[i] - image.data[i]) ** 2;
      }
      expect(error, `severity ${severity}`).toBeGreaterThan(before);
      before = error;
    }
  });
});

test("glass_blur at severity 1 only copies: every pixel stands next to where it was, and two rows and columns stay", async () => {
  const image: Image = { height: 8, width: 8, channels: 1, data: Uint8Array.from({ length: 64 }, (_, i) => 3 * i) };
  const { data } = await corruptImage(image, { name: "glass_blur", severity: 1, index: 0, benchmark: "cifar" });
  let moved = 0;
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) {
      const source = data[8 * y + x] / 3;
      const [dy, dx] = [y - Math.floor(source / 8), x - (source % 8)];
      expect([0, 1]).toContain(dy);
      expect([0, 1]).toContain(dx);
      if (y < 2 || x < 2) expect([dy, dx]).toEqual([0, 0]);
      if (dy + dx > 0) moved++;
    }
  expect(moved).toBeGreaterThan(10);
});

test("frost takes given photographs, of five the one that is drawn", async () => {
  const wide = [10, 60, 110, 160, 210].map((value) => ({
    height: 200,
    width: 200,
    channels: 3,
    data: new Uint8Array(120_000).fill(value),
  }));
  const added = new Set<number>();
  for (let index = 0; index < 60; index++) {
    const options = { name: "frost", severity: 1, index, benchmark: "cifar", resources: { frost: wide } } as const;
    const { data } = await corruptImage(grey(100), options);
    expect(new Set(data).size).toBe(1);
    added.add(data[0] - 100);
  }
  expect([...added].sort((a, b) => a - b)).toEqual([2, 12, 22, 32, 42]);
});
