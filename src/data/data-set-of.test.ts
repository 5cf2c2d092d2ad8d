import { expect, test } from "vitest";
import { imageCount } from "../core/index.ts";
import { dataSetOf } from "./index.ts";

const made = (count: number, first = 0) => ({
  images: Uint8Array.from({ length: count * 4 }, (_, i) => first + i),
  labels: Array.from({ length: count }, (_, i) => i % 2),
});
const options = { name: "mine", height: 2, width: 2, channels: 1, classNames: ["a", "b"] };

test("arrays in memory become a data set, with a tenth of each class held out", () => {
  const set = dataSetOf({ ...options, train: made(20), test: made(4), shifts: { dark: made(2) } });
  expect([set.train, set.validation, set.test, ...set.shifts].map((one) => [one.name, imageCount(one)])).toEqual([
    ["mine/train", 18],
    ["mine/validation", 2],
    ["mine/test", 4],
    ["mine/dark", 2],
  ]);
  expect([...set.validation.labels].sort()).toEqual([0, 1]);
  const { images } = set.train;
  const sum = (images as Uint8Array).reduce((total, value) => total + value, 0);
  expect(set.normalization.mean[0]).toBeCloseTo(sum / images.length / 255, 6);
});

test("a validation set of one's own takes nothing of the training images", () => {
  const set = dataSetOf({ ...options, train: made(6), validation: made(2), test: made(2) });
  expect([set.train, set.validation].map(imageCount)).toEqual([6, 2]);
});

test.each([
  [
    { test: { images: new Uint8Array(7), labels: [0, 1] } },
    /mine\/test: 7 bytes of images; 2 labels × 2 × 2 × 1 are 8/,
  ],
  [{ test: { images: new Uint8Array(4), labels: [2] } }, /mine\/test: label 2 of image 0 is outside \[0, 2\)/],
  [{ test: { images: new Uint8Array(0), labels: [] } }, /mine\/test: no images/],
  [{ validationFraction: 1 }, /validation fraction 1: must be above 0 and below 1/],
])("%j is refused by name", (wrong, message) => {
  expect(() => dataSetOf({ ...options, train: made(20), test: made(4), ...wrong })).toThrow(message);
});
