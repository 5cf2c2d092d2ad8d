import { describe, expect, test } from "vitest";
import { type ImageSet, UserError } from "../core/index.ts";
import { referenceRows } from "./index.ts";
import { growthOrder, keptReferenceRows, referencesInUse } from "./internal.ts";

/** 40 images: 5 of class 0, 5 of class 1, …, 5 of class 7. */
const train: ImageSet = {
  name: "train",
  height: 1,
  width: 1,
  channels: 1,
  images: new Uint8Array(40),
  labels: Int32Array.from({ length: 40 }, (_, i) => Math.floor(i / 5)),
  classNames: Array.from("abcdefgh"),
};

const countsByClass = (rows: Int32Array) =>
  train.classNames.map((_, label) => rows.filter((row) => train.labels[row] === label).length);

describe.each(["all", "batch", "7", "classes:3", "stratified:19"])("%s", (policy) => {
  test("gives distinct rows in order, the same for the same seed", () => {
    const rows = referenceRows(policy, train, 1);
    expect([...new Set(rows)].sort((a, b) => a - b)).toEqual([...rows]);
    expect(referenceRows(policy, train, 1)).toEqual(rows);
    if (policy !== "all" && policy !== "batch") expect(referenceRows(policy, train, 2)).not.toEqual(rows);
  });
});

test("each policy draws what it says", () => {
  expect(referenceRows("all", train, 0)).toHaveLength(40);
  expect(referenceRows("7", train, 0)).toHaveLength(7);
  expect(countsByClass(referenceRows("classes:3", train, 0)).sort()).toEqual([0, 0, 0, 0, 0, 5, 5, 5]);
  expect(countsByClass(referenceRows("stratified:19", train, 0)).sort()).toEqual([2, 2, 2, 2, 2, 3, 3, 3]);
});

test.each([
  ["stratified:5", "method.references stratified:5: fewer than the 8 classes; use at least 8"],
  ["stratified:48", "training images; use fewer"],
  ["classes:9", "method.references classes:9: more than the 8 classes; use at most 8"],
  ["41", "method.references 41: more than the 40 training images; use at most 40, or all"],
  ["0", "method.references 0: an empty reference set; use at least 1"],
  ["some", "method.references some: unknown policy; known: all, batch, N, classes:K, stratified:N"],
  ["-3", "unknown policy"],
])("%s is refused", (policy, message) => {
  expect(() => referenceRows(policy, train, 0)).toThrow(UserError);
  expect(() => referenceRows(policy, train, 0)).toThrow(message);
});

test("kept references are distinct members of the reference set, at most all of it", () => {
  const rows = referenceRows("7", train, 0);
  const kept = keptReferenceRows(rows, 4, 0);
  expect(new Set(kept).size).toBe(4);
  expect([...kept].every((row) => rows.includes(row))).toBe(true);
  expect(keptReferenceRows(rows, 10, 0)).toHaveLength(7);
});

describe("a set that grows", () => {
  const rows = referenceRows("all", train, 0);
  const options = { references: "all", referenceStart: 2, referenceGrowth: 0.5 };

  test("starts small, grows by a constant factor, and is whole from the share of training that was asked for", () => {
    const sizes = [0, 0.125, 0.25, 0.375, 0.5, 0.75, 1].map((progress) => referencesInUse(32, options, progress));
    expect(sizes).toEqual([2, 4, 8, 16, 32, 32, 32]);
    expect(referencesInUse(32, { ...options, referenceGrowth: 0 }, 0)).toBe(32);
    expect(referencesInUse(32, {}, 0)).toBe(32);
  });

  test("has one order for each seed, of all its members; without growth it stays as it is", () => {
    const order = growthOrder(rows, options, 1);
    expect([...order].sort((a, b) => a - b)).toEqual([...rows]);
    expect(growthOrder(rows, options, 1)).toEqual(order);
    expect(growthOrder(rows, options, 2)).not.toEqual(order);
    expect(growthOrder(rows, { references: "all" }, 1)).toBe(rows);
  });

  test("cannot start larger than it is", () => {
    expect(() => growthOrder(rows, { ...options, referenceStart: 41 }, 0)).toThrow(UserError);
    expect(() => growthOrder(rows, { ...options, referenceStart: 41 }, 0)).toThrow(
      "method.referenceStart 41: more than the 40 images of the reference set",
    );
  });
});
