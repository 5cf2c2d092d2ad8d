import { expect, test } from "vitest";
import { beta, dirichlet, gamma } from "./distributions.ts";
import { Random } from "./random.ts";

const DRAWS = 40_000;
function moments(draw: (random: Random) => number, key: string) {
  const random = new Random(key);
  const values = Array.from({ length: DRAWS }, () => draw(random));
  const mean = values.reduce((a, b) => a + b, 0) / DRAWS;
  const squares = values.map((value) => (value - mean) ** 2);
  const variance = squares.reduce((a, b) => a + b, 0) / DRAWS;
  const fourth = squares.reduce((sum, square) => sum + square * square, 0) / DRAWS;
  return {
    mean,
    variance,
    meanError: Math.sqrt(variance / DRAWS),
    varianceError: Math.sqrt((fourth - variance ** 2) / DRAWS),
  };
}

test.each([0.2, 0.8, 1, 3.7, 50])("gamma of shape %f has mean and variance of its shape", (shape) => {
  const found = moments((random) => gamma(shape, random), `gamma ${shape}`);
  expect(Math.abs(found.mean - shape)).toBeLessThan(5 * found.meanError);
  expect(Math.abs(found.variance - shape)).toBeLessThan(5 * found.varianceError);
});

test.each([
  [0.2, 0.2],
  [1, 1],
  [2, 5],
])("beta(%f, %f) has its mean and variance", (a, b) => {
  const found = moments((random) => beta(a, b, random), `beta ${a} ${b}`);
  expect(Math.abs(found.mean - a / (a + b))).toBeLessThan(5 * found.meanError);
  const variance = (a * b) / ((a + b) ** 2 * (a + b + 1));
  expect(Math.abs(found.variance - variance)).toBeLessThan(5 * found.varianceError);
});

test("Dirichlet weights sum to 1 and treat all alike", () => {
  const random = new Random("dirichlet");
  const first = Array.from({ length: 5000 }, () => {
    const weights = dirichlet(1, 3, random);
    expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    return weights[0];
  });
  const mean = first.reduce((a, b) => a + b, 0) / first.length;
  // Variance of one weight: 2 / 36.
  expect(Math.abs(mean - 1 / 3)).toBeLessThan(5 * Math.sqrt(1 / 18 / 5000));
});
