import { expect, test } from "vitest";
import type { ImageSet } from "../core/index.ts";
import { withLimit } from "./limit-train.ts";

/** `counts[k]` images of class k, of one pixel each, which is the row's number. */
function made(...counts: number[]): ImageSet {
  const labels = Int32Array.from(counts.flatMap((count, k) => Array<number>(count).fill(k)));
  const images = Uint8Array.from(labels.keys());
  return { name: "a/train", height: 1, width: 1, channels: 1, images, labels, classNames: counts.map(String) };
}
const countsOf = ({ labels, classNames }: ImageSet) =>
  classNames.map((_, k) => labels.filter((label) => label === k).length);
const limited = (set: ImageSet, count: number, seed = 1) => withLimit(set, { count, seed });

test.each([
  [[50, 50], 10, [5, 5]],
  [[60, 30, 10], 10, [6, 3, 1]],
  [[97, 1, 1, 1], 6, [3, 1, 1, 1]],
  [[33, 33, 34], 10, [3, 3, 4]],
  [[5, 0, 5], 2, [1, 0, 1]],
  [[5, 4], 9, [5, 4]],
])("of %j images, %i are %j", (counts, count, want) => {
  expect(countsOf(limited(made(...counts), count))).toEqual(want);
});

test("the same seed keeps the same images with their labels, another seed others; a larger limit keeps them, too", () => {
  const set = made(60, 60);
  const [ten, again, other, twenty] = [limited(set, 10), limited(set, 10), limited(set, 10, 2), limited(set, 20)];
  expect(again).toEqual(ten);
  expect(other.images).not.toEqual(ten.images);
  const rows = [...(ten.images as Uint8Array)];
  expect([...ten.labels]).toEqual(rows.map((row) => (row < 60 ? 0 : 1)));
  expect([...(twenty.images as Uint8Array)]).toEqual(expect.arrayContaining(rows));
});

test.each([
  [1, /data.limitTrain 1: fewer than the 2 classes; use at least 2/],
  [11, /data.limitTrain 11: must be a whole number of at most the 10 training images/],
  [2.5, /data.limitTrain 2.5: must be a whole number/],
])("%d is refused in a line", (count, message) => {
  expect(() => limited(made(5, 5), count)).toThrow(message);
});
