import { expect, test } from "vitest";
import type { RegressionData, RegressionSet } from "../../core/index.ts";
import { ImageFile } from "../../files/index.ts";
import { loadRegressionData, regressionFingerprint } from "./index.ts";
import { ramp, valuesOf, writeTable } from "./test-tables.ts";

const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];
const load = (n: number, options: object = {}) =>
  loadRegressionData({ name: "csv", file: writeTable("ramp.csv", ramp(n)), targets: ["y"], ...options });

const counts: readonly (readonly [n: number, options: object, counts: readonly number[]])[] = [
  [100, {}, [72, 8, 20]],
  [100, { testFraction: 0.5, validationFraction: 0.3 }, [35, 15, 50]],
  // Percentiles 30 and 60 of 0 … 100 are rows 30 and 60: 29 lie between them, and 72 are left to split.
  [101, { shift: "gaps" }, [52, 6, 14, 29]],
  [101, { shift: "tails" }, [51, 6, 14, 30]],
];

test.each(counts)("%i rows, %o", async (n, options, expected) => {
  const sets = setsOf(await load(n, options));
  expect(sets.map(({ count }) => count)).toEqual(expected);
  // Every row is in one set, with its own target.
  expect(sets.flatMap((set) => valuesOf(set, "x")).sort((a, b) => a - b)).toEqual(
    Array.from({ length: n }, (_, i) => i),
  );
  for (const set of sets) expect(valuesOf(set, "y")).toEqual(valuesOf(set, "x").map((x) => 10 * x));
});

test("gaps: the shift set holds what lies between the percentiles 30 and 60, and nothing else does", async () => {
  const data = await load(101, { shift: "gaps" });
  expect(data.title).toBe("ramp.csv: y, gaps of the target");
  expect(data.shifts.map(({ name }) => name)).toEqual(["ramp/gap"]);
  expect(valuesOf(data.shifts[0], "y")).toEqual(Array.from({ length: 29 }, (_, i) => 310 + 10 * i));
});

test("tails: the shift set holds what lies above the percentile 70", async () => {
  const data = await load(101, { shift: "tails" });
  expect(data.shifts.map(({ name }) => name)).toEqual(["ramp/tail"]);
  expect(valuesOf(data.shifts[0], "y")).toEqual(Array.from({ length: 30 }, (_, i) => 710 + 10 * i));
});

test("percentiles between two targets are interpolated", async () => {
  // Of 0 … 90 in steps of 10: percentile 30 is 27, percentile 60 is 54, percentile 70 is 63.
  expect(valuesOf((await load(10, { shift: "gaps" })).shifts[0], "y")).toEqual([30, 40, 50]);
  expect(valuesOf((await load(10, { shift: "tails" })).shifts[0], "y")).toEqual([70, 80, 90]);
});

test("the shift is of the first target", async () => {
  const rows = Array.from({ length: 11 }, (_, i) => `${i},${(7 * i) % 11}`).join("\n");
  const file = writeTable("two.csv", `y,x,k\n${rows.replaceAll(/$/gm, ",1").replace(/1$/, "2")}\n`);
  const data = await loadRegressionData({ name: "csv", file, targets: ["x", "y"], shift: "tails" });
  expect(valuesOf(data.shifts[0], "x").sort((a, b) => a - b)).toEqual([8, 9, 10]);
});

test("rows that the split column names for training are left out of a gap, and counted", async () => {
  const rows = Array.from({ length: 11 }, (_, i) => `${i},${i},${i % 2 === 0 ? "train" : "test"}`).join("\n");
  const file = writeTable("t.csv", `x,y,part\n${rows}\n`);
  const notices: string[] = [];
  const data = await loadRegressionData(
    { name: "csv", file, targets: ["y"], split: "part", shift: "gaps" },
    { onNotice: (line) => notices.push(line) },
  );
  // The gap is 4 and 5: 4 is a training row.
  expect(valuesOf(data.shifts[0], "y")).toEqual([5]);
  expect(valuesOf(data.test, "y")).toEqual([1, 3, 7, 9]);
  expect([...valuesOf(data.train, "y"), ...valuesOf(data.validation, "y")].sort((a, b) => a - b)).toEqual([
    0, 2, 6, 8, 10,
  ]);
  expect(notices).toEqual(["t: 1 of 11 examples left out: shift gaps keeps their targets from training"]);
});

test("a gap without examples is refused", async () => {
  const file = writeTable("t.csv", `x,y\n${Array.from({ length: 20 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`);
  await expect(loadRegressionData({ name: "csv", file, targets: ["y"], shift: "gaps" })).rejects.toThrow(
    'shift gaps: no example has a "y" between 0 and 1; leave the shift out',
  );
});

test("the seed decides the split", async () => {
  const [a, b, c] = await Promise.all([load(50), load(50), load(50, { seed: 1 })]);
  expect(setsOf(a).map(regressionFingerprint)).toEqual(setsOf(b).map(regressionFingerprint));
  expect(valuesOf(a.test, "x")).not.toEqual(valuesOf(c.test, "x"));
});

test("a fingerprint is of inputs, targets and their names, not of the set's name", async () => {
  const { train } = await load(50);
  const { inputs, targets } = train;
  if (inputs.kind !== "numbers") throw new Error("numbers expected");
  const changed = (data: Float64Array) => data.map((value, i) => (i === 0 ? value + 1 : value));
  const others = [
    { ...train, inputs: { ...inputs, data: changed(inputs.data) } },
    { ...train, inputs: { ...inputs, names: ["z"] } },
    { ...train, targets: { ...targets, data: changed(targets.data) } },
    { ...train, targets: { ...targets, names: ["z"] } },
  ];
  expect(new Set([train, ...others].map(regressionFingerprint)).size).toBe(5);
  expect(regressionFingerprint({ ...train, name: "else" })).toBe(regressionFingerprint(train));
  expect(regressionFingerprint(train)).toMatch(/^[0-9a-f]{64}$/);
});

test("a fingerprint is the same for images in memory and in a file, and changes with any of their bytes", () => {
  const bytes = Uint8Array.from({ length: 2 * 12 }, (_, i) => i);
  const setOf = (images: Uint8Array | ImageFile, y = 5): RegressionSet => ({
    name: "made",
    count: 2,
    inputs: { kind: "images", height: 2, width: 2, channels: 3, images },
    targets: { names: ["y"], data: Float64Array.of(4, y) },
  });
  const file = new ImageFile(writeTable("images.bin", bytes), 12, Int32Array.of(0, 1));
  expect(regressionFingerprint(setOf(file))).toBe(regressionFingerprint(setOf(bytes)));
  expect(regressionFingerprint(setOf(file, 6))).toBe(regressionFingerprint(setOf(bytes, 6)));
  const others = [setOf(bytes, 6), setOf(bytes.map((value, i) => (i === 23 ? value + 1 : value)))];
  expect(new Set([setOf(bytes), ...others].map(regressionFingerprint)).size).toBe(3);
});
