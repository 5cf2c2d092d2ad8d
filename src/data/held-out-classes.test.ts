import { expect, test } from "vitest";
import { type DataSet, imageCount } from "../core/index.ts";
import { dataSetOf } from "./data-set-of.ts";
import { withHeldOut } from "./held-out-classes.ts";
import { checkDataSet, loadDataSet } from "./index.ts";

const classNames = ["ant", "bee", "cat", "dog"];

/** One pixel an image, which is its class. */
const images = (labels: readonly number[]) => ({ images: Uint8Array.from(labels), labels });
const set: DataSet = dataSetOf({
  ...{ name: "tiny", height: 1, width: 1, channels: 1, classNames },
  train: images([0, 1, 2, 3, 3, 2, 1, 0, 0, 3]),
  validation: images([3, 2, 1, 0]),
  test: images([1, 2, 0, 3, 1]),
  shifts: { fog: images([1, 0]), snow: images([1, 1]) },
});

test("held-out classes leave every split, and the others keep their order and images", () => {
  const { train, validation, test, shifts, heldOut, title } = withHeldOut(set, ["bee"]);
  const left = ["ant", "cat", "dog"];
  for (const split of [train, validation, test, ...shifts]) {
    expect(split.classNames).toEqual(left);
    split.labels.forEach((label, row) => {
      expect(classNames[(split.images as Uint8Array)[row]]).toBe(left[label]);
    });
  }
  expect([train, validation, test, ...shifts].map(imageCount)).toEqual([8, 3, 3, 1]);
  expect(heldOut!.map((part) => [part.name, [...(part.images as Uint8Array)]])).toEqual([
    ["tiny/train", [1, 1]],
    ["tiny/validation", [1]],
    ["tiny/test", [1, 1]],
  ]);
  expect(title).toBe("tiny, bee held out");
});

test("two classes, in any order: statistics are of what is trained on", () => {
  const { train, normalization } = withHeldOut(set, ["dog", "ant"]);
  expect(train.classNames).toEqual(["bee", "cat"]);
  expect([...train.labels]).toEqual([0, 1, 1, 0]);
  expect(normalization.mean[0]).toBeCloseTo(1.5 / 255, 12);
});

test.each([
  [["cow"], /^data\.holdOut cow: no class has that name; the classes are ant, bee, cat, dog$/],
  [["ant", "bee", "dog"], /^data\.holdOut ant, bee, dog: leaves 1 of 4 classes; two at least/],
  [classNames, /leaves 0 of 4 classes/],
  [[], /^data\.holdOut: names no class/],
])("%j is refused in a line", (classes, message) => {
  expect(() => withHeldOut(set, classes)).toThrow(message);
});

test("a named data set's split is as without it, and its counts are not held to what is declared", async () => {
  const options = { name: "emoji", imageSize: 8, seed: 0 };
  const whole = await loadDataSet(options);
  const part = await loadDataSet({ ...options, holdOut: ["Food & Drink"] });
  expect(part.title).toBe("Emoji categories, Food & Drink held out");
  expect(part.train.classNames).toEqual(whole.train.classNames.filter((name) => name !== "Food & Drink"));
  // 88 concepts by each of the three vendors that are trained on.
  expect(part.heldOut!.reduce((sum, held) => sum + imageCount(held), 0)).toBe(264);
  for (const split of ["train", "validation", "test"] as const) {
    const food = whole[split].classNames.indexOf("Food & Drink");
    const others = Array.from(whole[split].labels.keys()).filter((row) => whole[split].labels[row] !== food);
    expect([...part[split].concepts!.index]).toEqual(others.map((row) => whole[split].concepts!.index[row]));
  }
  expect(checkDataSet(part).problems).toEqual([]);
  await expect(loadDataSet({ ...options, name: "cifar10", holdOut: ["cat"], humanLabels: "x.csv" })).rejects.toThrow(
    /data\.humanLabels images of these classes bear other ones/,
  );
});
