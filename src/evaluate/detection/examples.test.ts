import { expect, test } from "vitest";
import { boxExamples } from "./examples.ts";

const column = (names: readonly string[], images: readonly (readonly (readonly number[])[])[]) => {
  const first = Int32Array.from([0, ...images.map((_, i) => images.slice(0, i + 1).flat().length)]);
  const all = images.flat();
  return {
    names,
    first,
    boxes: Float64Array.from(all.flatMap((row) => row.slice(0, 4))),
    index: Int32Array.from(all, (row) => row[4]),
    last: Float64Array.from(all, (row) => row[5]),
    doubt: Float64Array.from(all, (row) => row[6] ?? 0),
  };
};
const names = ["a", "b"];
const {
  last: _,
  doubt: __,
  ...objects
} = column(names, [
  [[0, 0, 10, 10, 0]],
  [
    [0, 0, 10, 10, 0],
    [20, 20, 5, 5, 1],
  ],
  [[0, 0, 30, 30, 1]],
]);
const { last: score, ...found } = column(names, [
  [[0, 0, 10, 10, 0, 0.9, 0.1]],
  [
    [0, 0, 10, 9, 0, 0.95, 0.3],
    [40, 40, 5, 5, 1, 0.8, 0.2],
    [20, 20, 5, 5, 1, 0.1, 0.9],
  ],
  [[0, 0, 30, 30, 0, 0.7, 0.05]],
]);
const detections = { ...found, score };

test("images of the surest right and wrong ones, the largest missed, the most doubted", () => {
  const examples = boxExamples(objects, detections, { least: [0.3, 0.3] });
  expect(examples.map(({ strip, image }) => [strip, image])).toEqual([
    ["surest", 1],
    ["surest", 0],
    ["wrong", 1],
    ["wrong", 2],
    ["missed", 2],
    ["missed", 1],
    ["doubted", 1],
    ["doubted", 0],
    ["doubted", 2],
  ]);
  // The second image's second object is found by a detection that is not shown.
  expect(examples[0]).toMatchObject({ right: [1], wrong: [2], missed: [2] });
  expect(examples[4]).toMatchObject({ right: [], wrong: [4], missed: [3] });
});

test("scores of a class decide what is shown; fewer of each; crowds are not missed", () => {
  const least = boxExamples(objects, detections, { least: [0.99, 0.05], each: 1 });
  expect(least.map(({ strip, image }) => [strip, image])).toEqual([
    ["surest", 1],
    ["wrong", 1],
    ["missed", 2],
    ["doubted", 1],
  ]);
  const crowd = { ...objects, crowd: Uint8Array.of(0, 0, 0, 1) };
  const { doubt, ...plain } = detections;
  expect(doubt).toHaveLength(5);
  const examples = boxExamples(crowd, plain, { least: [0.3, 0.3] });
  expect(examples.filter(({ strip }) => strip === "missed").map(({ image }) => image)).toEqual([1]);
  expect(examples.filter(({ strip }) => strip === "doubted")).toEqual([]);
});
