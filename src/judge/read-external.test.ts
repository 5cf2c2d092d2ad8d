import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { writeNpy } from "../files/index.ts";
import { readExternal, readExternalCorruption } from "./read-external.ts";

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-external-"));
  writeNpy(at("logits.npy"), { shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6.5) });
  writeNpy(at("labels.npy"), { shape: [2], data: Uint8Array.of(2, 0) });
});
afterEach(() => rmSync(folder, { recursive: true }));

test("float64 logits and byte labels become predictions; foreign images need no labels", () => {
  const files = { set: "theirs", logits: at("logits.npy") };
  expect(readExternal({ ...files, labels: at("labels.npy") })).toEqual({
    set: "theirs",
    logits: Float64Array.of(1, 2, 3, 4, 5, 6.5),
    labels: Int32Array.of(2, 0),
    classes: 3,
  });
  expect([...readExternal(files).labels]).toEqual([-1, -1]);
});

test("five severities in one file", () => {
  const clean = readExternal({ set: "theirs", logits: at("logits.npy"), labels: at("labels.npy") });
  writeNpy(at("fog.npy"), { shape: [10, 3], data: Float32Array.from({ length: 30 }, (_, i) => i) });
  const sets = readExternalCorruption("fog", at("fog.npy"), clean);
  expect(sets.map(({ set }) => set)).toEqual([1, 2, 3, 4, 5].map((s) => `theirs/fog-${s}`));
  expect([...sets[1].logits]).toEqual([6, 7, 8, 9, 10, 11]);
  expect(sets[4].labels).toEqual(clean.labels);
  expect(() => readExternalCorruption("fog", at("logits.npy"), clean)).toThrow(/\[2, 3\]; .* are \[10, 3\]/);
});

test.each([
  [
    "too few labels",
    () => writeNpy(at("labels.npy"), { shape: [1], data: Int32Array.of(0) }),
    /shape \[1\].*\[2\] is needed/,
  ],
  [
    "a label outside the classes",
    () => writeNpy(at("labels.npy"), { shape: [2], data: Int32Array.of(0, 3) }),
    /label 3 of row 1/,
  ],
  [
    "labels with fractions",
    () => writeNpy(at("labels.npy"), { shape: [2], data: Float32Array.of(0, 1) }),
    /element type float32; .*int32.*int64 or uint64 is needed/,
  ],
  ["flat logits", () => writeNpy(at("logits.npy"), { shape: [6], data: new Float32Array(6) }), /\[images, classes\]/],
  ["a NaN", () => writeNpy(at("logits.npy"), { shape: [2, 3], data: new Float32Array(6).fill(NaN) }), /not a finite/],
])("refuses %s", (_, damage, message) => {
  damage();
  const read = () => readExternal({ set: "theirs", logits: at("logits.npy"), labels: at("labels.npy") });
  expect(read).toThrow(UserError);
  expect(read).toThrow(message);
});
