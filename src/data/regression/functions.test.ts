import { expect, test } from "vitest";
import type { RegressionData } from "../../core/index.ts";
import { type ClosedFormName, closedForms, loadRegressionData, type RegressionDataOptions } from "./index.ts";
import { valuesOf } from "./test-tables.ts";

type FunctionOptions = Omit<Extract<RegressionDataOptions, { name: "functions" }>, "name">;
const load = (options: FunctionOptions) => loadRegressionData({ name: "functions", ...options });
const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];

const known: readonly (readonly [ClosedFormName, x: readonly number[], y: number])[] = [
  ["sine", [0.25], 1],
  ["sine", [0.5], 0],
  ["oscillation", [0], 0],
  // 0.8414709848 · 0.2836621855 · −0.9999608264
  ["oscillation", [1], -0.2386841],
  ["broken-square", [2], 4],
  ["broken-square", [2.25], -14.9375],
  ["broken-square", [2.5], -13.75],
  ["broken-square", [4], 16],
  ["ackley", [0, 0], 0],
  // 20 + e − 20 exp(−0.2) − e
  ["ackley", [1, 1, 1], 3.62538494],
  ["camel", [1, 1], 4 - 2.1 + 1 / 3 + 1],
  ["camel", [0.0898, -0.7126], -1.0316284],
  ["levy", [1, 1, 1], 0],
  // w = 2: sin² 2π + (2 − 1)² (1 + sin² 4π)
  ["levy", [5], 1],
  ["friedman1", [0.5, 1, 1, 0.3, 0.4, 9], 10 + 5 + 3 + 2],
];

test.each(known)("%s of %o is %d", (name, x, y) => {
  expect(closedForms[name].value(Float64Array.from(x))).toBeCloseTo(y, 6);
});

test("examples lie on the whole domain and have the function's value", async () => {
  const data = await load({ function: "camel", count: 500 });
  expect(data.title).toBe("Six-hump camel");
  expect(data.test.name).toBe("camel/test");
  expect(setsOf(data).map(({ count }) => count)).toEqual([360, 40, 100]);
  const [x, y] = ["x1", "x2"].map((column) => valuesOf(data.train, column));
  expect(Math.max(...x)).toBeGreaterThan(2.9);
  expect(Math.min(...x)).toBeGreaterThanOrEqual(-3);
  expect(Math.min(...x)).toBeLessThan(-2.9);
  expect(Math.max(...y)).toBeLessThanOrEqual(2);
  expect(Math.max(...y)).toBeGreaterThan(1.9);
  expect(valuesOf(data.train, "y")).toEqual(x.map((v, i) => closedForms.camel.value(Float64Array.of(v, y[i]))));
});

test("noise has the standard deviation that is asked for, and leaves the inputs as they are", async () => {
  const [clean, noisy] = await Promise.all([0, 0.3].map((noise) => load({ function: "sine", count: 4000, noise })));
  expect(noisy.title).toBe("sin 2πx, noise 0.3");
  expect(valuesOf(noisy.test, "x")).toEqual(valuesOf(clean.test, "x"));
  const y = valuesOf(clean.train, "y");
  const errors = valuesOf(noisy.train, "y").map((value, i) => value - y[i]);
  const variance = errors.reduce((sum, e) => sum + e * e, 0) / errors.length;
  expect(Math.sqrt(variance)).toBeGreaterThan(0.285);
  expect(Math.sqrt(variance)).toBeLessThan(0.315);
});

test("an interval of x is kept out of training and becomes the shift set", async () => {
  const data = await load({ function: "sine", count: 300, inputGap: [0.4, 0.6] });
  expect(data.shifts.map(({ name }) => name)).toEqual(["sine/input gap"]);
  const inside = (x: number) => x > 0.4 && x < 0.6;
  expect(data.shifts[0].count).toBeGreaterThan(30);
  expect(valuesOf(data.shifts[0], "x").every(inside)).toBe(true);
  for (const set of [data.train, data.validation, data.test]) expect(valuesOf(set, "x").some(inside)).toBe(false);
});

test("dimensions: as asked for, in names and title", async () => {
  const data = await load({ function: "levy", dimension: 3, count: 20 });
  expect(data.title).toBe("Levy of 3 inputs");
  expect(data.train.inputs).toMatchObject({ names: ["x1", "x2", "x3"] });
  expect((await load({ function: "friedman1", count: 20 })).train.inputs).toMatchObject({ names: { length: 10 } });
});

const refused: readonly (readonly [FunctionOptions, string])[] = [
  [{ function: "camel", dimension: 3 }, "functions: dimension 3: camel takes 2 inputs"],
  [{ function: "friedman1", dimension: 4 }, "functions: dimension 4: friedman1 takes 5 to 1000 inputs"],
  [{ function: "ackley", inputGap: [0, 1] }, "functions: inputGap 0 to 1: ackley has 2 inputs, not one"],
  [
    { function: "oscillation", inputGap: [1, 3] },
    "functions: inputGap 1 to 3: must rise, within -1 and 2 of oscillation",
  ],
  [{ function: "sine", inputGap: [0.6, 0.4] }, "functions: inputGap 0.6 to 0.4: must rise, within 0 and 1 of sine"],
];

test.each(refused)("refused: %o", async (options, message) => {
  await expect(load(options)).rejects.toThrow(message);
});
