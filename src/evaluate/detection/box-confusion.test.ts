import { expect, test } from "vitest";
import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxConfusion } from "./box-confusion.ts";
import { boxDoubt } from "./box-doubt.ts";
import { boxOutcomes } from "./outcomes.ts";

const names = ["cat", "dog"];
/** Side by side at 0, 20, 40 and 60; the last is a crowd. */
const objects: ObjectBoxes = {
  names,
  first: Int32Array.of(0, 4, 5),
  boxes: Float64Array.from([0, 20, 40, 60, 0].flatMap((x) => [x, 0, 10, 10])),
  index: Int32Array.of(0, 0, 1, 1, 0),
  crowd: Uint8Array.of(0, 0, 0, 1, 0),
};
const detections: DetectedBoxes = {
  names,
  first: Int32Array.of(0, 6, 7),
  boxes: Float64Array.from([0, 0, 20, 41, 60, 90, 90].flatMap((x) => [x, 0, 10, 10])),
  // right, a second of the same, a dog where a cat is, right, in the crowd, nothing there, nothing there
  index: Int32Array.of(0, 0, 1, 1, 1, 0, 1),
  score: Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1),
};

test("right, doubled, mistaken, missed, of the background, and in a crowd", () => {
  const { names: shown, counts } = boxConfusion(objects, detections, { minScore: 0.3 });
  expect(shown).toEqual(["cat", "dog", "background"]);
  // Rows are what is there: of three cats one is found, one taken for a dog, one not found.
  expect(Array.from(counts)).toEqual([1, 1, 1, 0, 1, 0, 2, 0, 0]);
});

test("detections below the score are left out, of each class by its own", () => {
  expect(Array.from(boxConfusion(objects, detections, { minScore: 0.65 }).counts)).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0]);
  const onlyCats = boxConfusion(objects, detections, { minScore: [0.85, undefined] }).counts;
  expect(Array.from(onlyCats)).toEqual([1, 0, 2, 0, 0, 1, 0, 0, 0]);
});

test("a wrong class does not take the object of a right one, however sure it is", () => {
  const surer = { ...detections, score: Float64Array.of(0.5, 0.4, 0.95, 0.6, 0.5, 0.4, 0.1) };
  const boxes = detections.boxes.slice();
  boxes[8] = 0;
  // The dog now lies on the cat at 0, which its own detection finds.
  expect(Array.from(boxConfusion(objects, { ...surer, boxes }, { minScore: 0.45 }).counts)).toEqual([
    1, 0, 2, 0, 1, 0, 0, 1, 0,
  ]);
});

test("outcomes: right, wrong, and those that count neither way", () => {
  const { outcome, found, iou } = boxOutcomes(objects, detections);
  expect(Array.from(outcome)).toEqual([1, 0, 0, 1, 2, 0, 0]);
  expect(Array.from(found)).toEqual([0, -1, -1, 2, 3, -1, -1]);
  expect(iou[0]).toBe(1);
  expect(iou[3]).toBeCloseTo(90 / 110, 12);
});

test("doubt: one score that knows, one that does not, and a doubt of its own", () => {
  const outcomes = boxOutcomes(objects, detections);
  // Right ones have 0.9 and 0.6, wrong ones 0.8, 0.7, 0.4, 0.1: of 8 pairs, 2 are the wrong way round.
  const byScore = boxDoubt(detections, outcomes)!;
  expect(byScore.auroc).toBe(6 / 8);
  expect([byScore.right, byScore.wrong]).toEqual([2, 4]);
  expect(byScore.sparsification.error[0]).toBeCloseTo(4 / 6, 12);
  const doubt = Float64Array.from(outcomes.outcome, (one) => 1 - one);
  const perfect = boxDoubt({ ...detections, doubt }, outcomes)!;
  expect(perfect.auroc).toBe(1);
  expect(perfect.sparsification.ause).toBeCloseTo(0, 12);
  expect(boxDoubt(detections, outcomes, new Float64Array(7))!.auroc).toBe(0.5);
  expect(() => boxDoubt(detections, outcomes, new Float64Array(3))).toThrow("3 doubts for 7 detections");
});

test.each([
  [{ score: new Float64Array(7).fill(Number.NaN) }, "score: that of box 0 is NaN"],
  [{ names: ["cat", "wolf"] }, 'class 1 is "wolf" and "dog"'],
  [{ first: Int32Array.of(0, 7) }, "of 1 images, the objects of 2"],
  [{ first: Int32Array.of(0, 8, 7) }, "first must rise from 0"],
  [{ index: Int32Array.of(0, 0, 0, 0, 0, 0, 2) }, "class 2 of box 6 is outside 0 to 1"],
  [{ boxes: new Float64Array(27) }, "27 values of boxes for 7 classes"],
  [{ boxes: new Float64Array(28).fill(-1) }, "width of box 0 is -1"],
])("columns that do not fit: %s", (change, message) => {
  expect(() => boxOutcomes(objects, { ...detections, ...change })).toThrow(message);
});
