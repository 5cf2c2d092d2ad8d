import { numpy as np, valueAndGrad } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import { relativeError } from "../../engine/testing.ts";
import type { RegressionOptions } from "./options.ts";
import { regressionOutputCount } from "./read-outputs.ts";
import { regression } from "./regression.ts";

const options = (loss: RegressionOptions["loss"], levels = [0.1, 0.5, 0.9]) => ({
  loss,
  levels,
});
const array = (rows: readonly (readonly number[])[]) => HostArray.float32([rows.length, rows[0].length], rows.flat());

// By hand, of two examples with two targets.
const targets = array([
  [1, -1],
  [0, 2],
]);
const means = [
  [0, -1],
  [2, 1],
];
test.each([
  ["squared", means, (1 + 0 + 4 + 1) / 4],
  ["l1", means, (1 + 0 + 2 + 1) / 4],
  // Logarithms of variance 0: half of the squared error.
  ["gaussian", means.map((row) => [...row, 0, 0]), 6 / 8],
  // All three quantiles are the same: mean of τ e or (τ − 1) e over e = 1, 0, −2, 1 and τ = 0.1, 0.5, 0.9.
  ["quantile", means.map((row) => [...row, ...row, ...row]), (0.1 * 2 + 0.9 * 2 + 0.5 * 4 + 0.9 * 2 + 0.1 * 2) / 12],
] as const)("%s by hand", async (loss, outputs, expected) => {
  const value = await runOracle(
    (outputs: np.Array, targets: np.Array) => regression(options(loss)).loss({ outputs }, { targets }, {}).loss,
    [array(outputs), targets],
  );
  expect(value.data[0]).toBeCloseTo(expected, 5);
});

describe.each(["squared", "l1", "gaussian", "quantile"] as const)("%s", (loss) => {
  const random = new Random("regression losses", loss);
  const width = regressionOutputCount(options(loss), 2);
  const noise = (columns: number) =>
    HostArray.float32(
      [6, columns],
      Float32Array.from({ length: 6 * columns }, () => random.normal()),
    );
  const [outputs, targets] = [noise(width), noise(2)];

  test("compiled ≡ jax-js: loss and gradients", async () => {
    const fn = (outputs: np.Array, targets: np.Array) => {
      const task = regression(options(loss));
      const minimised = (outputs: np.Array) => task.loss({ outputs }, { targets: targets.ref }, {}).loss;
      const [value, gradient] = valueAndGrad(minimised)(outputs);
      targets.dispose();
      return { value, gradient: np.multiply(gradient, 1) };
    };
    const expected = await runOracle(fn, [outputs, targets]);
    const program = await compile(fn, [outputs, targets], { threads: 1 });
    const actual = await program.run([outputs, targets]);
    await program.dispose();
    expect(relativeError(actual.value, expected.value)).toBeLessThan(1e-5);
    expect(relativeError(actual.gradient, expected.gradient)).toBeLessThan(1e-5);
    expect(expected.gradient.data.some((value: number) => Math.abs(value) > 1e-3)).toBe(true);
  });
});

test("levels that do not rise are refused", () => {
  expect(() => regression(options("quantile", [0.5, 0.1]))).toThrow("quantiles rise");
});
