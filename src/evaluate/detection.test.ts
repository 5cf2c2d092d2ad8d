import fc from "fast-check";
import { expect, test } from "vitest";
import { auroc, histogram, type OodScoreName, oodScoreNames, oodScores, rowMeans } from "./ood.ts";

test("AUROC equals its definition over all pairs, ties counting one half", () => {
  // Few distinct values, so that ties are common.
  const scores = fc
    .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 })
    .map((v) => Float64Array.from(v));
  fc.assert(
    fc.property(scores, scores, (negatives, positives) => {
      let wins = 0;
      for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
      expect(auroc(negatives, positives)).toBeCloseTo(wins / (negatives.length * positives.length), 12);
    }),
    { numRuns: 100 },
  );
});

test("AUROC at the ends: told apart, swapped, all equal", () => {
  expect(auroc(Float64Array.of(1, 2), Float64Array.of(3, 4))).toBe(1);
  expect(auroc(Float64Array.of(3, 4), Float64Array.of(1, 2))).toBe(0);
  expect(auroc(Float64Array.of(1, 1), Float64Array.of(1))).toBe(0.5);
});

test("AUROC refuses an empty side and NaN", () => {
  expect(() => auroc(new Float64Array(), Float64Array.of(1))).toThrow("0 negatives and 1 positives");
  expect(() => auroc(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrow("NaN");
});

const predictions = {
  set: "toy",
  logits: Float32Array.of(0, Math.log(3), 0, 0),
  uncertainty: Float32Array.of(0.1, 0.3, 0.25, 0.25),
  labels: Int32Array.of(0, 0),
  classes: 2,
};
const expected: Record<OodScoreName, number[]> = { "max-softmax": [0.75, 0.5], "reference-std": [0.2, 0.25] };

test.each(oodScoreNames)("%s by hand", (name) => {
  const shown = oodScores[name].shown(predictions)!;
  for (const [i, value] of expected[name].entries()) expect(shown[i]).toBeCloseTo(value, 6);
});

test("a model without references has no reference std", () => {
  expect(oodScores["reference-std"].shown({ ...predictions, uncertainty: undefined })).toBeUndefined();
  expect([...rowMeans(Float32Array.of(1, 3), 2)]).toEqual([2]);
});

test("a histogram holds every value, the outermost bins those beyond", () => {
  expect(histogram(Float64Array.of(-1, 0, 0.49, 0.5, 1, 7), 0, 1, 2)).toEqual([3, 3]);
});
