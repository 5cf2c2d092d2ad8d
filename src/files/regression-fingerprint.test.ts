import { expect, test } from "vitest";
import type { RegressionSet } from "../core/regression-set.ts";
import { regressionFingerprint } from "./regression-fingerprint.ts";

const targets = { names: ["y"], data: Float64Array.of(1, 2) };
const table: RegressionSet = {
  name: "toy/test",
  count: 2,
  inputs: { kind: "numbers", names: ["a", "b"], data: Float64Array.of(1, 2, 3, 4) },
  targets,
};
const pictures: RegressionSet = {
  ...table,
  inputs: { kind: "images", height: 1, width: 2, channels: 1, images: Uint8Array.of(1, 2, 3, 4) },
};

test("equal for equal examples, whatever the set's name and wherever its memory begins", () => {
  const longer = Float64Array.of(0, 1, 2).subarray(1);
  const renamed = { ...table, name: "other", targets: { ...targets, data: longer } };
  expect(regressionFingerprint(renamed)).toBe(regressionFingerprint(table));
});

test.each<[string, RegressionSet]>([
  ["a target's value", { ...table, targets: { ...targets, data: Float64Array.of(1, 3) } }],
  ["a target's name", { ...table, targets: { ...targets, names: ["z"] } }],
  ["an input's value", { ...table, inputs: { ...table.inputs, data: Float64Array.of(1, 2, 3, 5) } as never }],
  ["an input's name", { ...table, inputs: { ...table.inputs, names: ["a", "c"] } as never }],
  ["images in place of numbers", pictures],
])("another by %s", (_, set) => {
  expect(regressionFingerprint(set)).not.toBe(regressionFingerprint(table));
});

test("images of one content and another shape differ", () => {
  const turned = { ...pictures, inputs: { ...pictures.inputs, height: 2, width: 1 } as never };
  expect(regressionFingerprint(turned)).not.toBe(regressionFingerprint(pictures));
});
