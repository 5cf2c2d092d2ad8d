import fc from "fast-check";
import { expect, test } from "vitest";
import {
  auroc,
  averagePrecision,
  detection,
  falsePositiveRateAt,
  histogram,
  rocCurve,
  trapezoidPrecision,
} from "./detection.ts";
import { type OodScoreName, oodScoreNames, oodScores, rowMeans, strangeness } from "./ood-scores.ts";

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
  doubts: {
    "expected-entropy": Float64Array.of(0.4, 0.5),
    "mutual-information": Float64Array.of(0, 0.1),
    disagreement: Float64Array.of(0, 1),
    "variation-ratio": Float64Array.of(0, 0.5),
  },
  labels: Int32Array.of(0, 0),
  classes: 2,
};
/** Halved logits have the probabilities √3 / (1 + √3) and ½. */
const halved = Math.sqrt(3) / (1 + Math.sqrt(3));
const entropyOf = (p: number) => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
const expected: Record<OodScoreName, number[]> = {
  "max-softmax": [0.75, 0.5],
  "max-logit": [Math.log(3), 0],
  energy: [Math.log(4), Math.log(2)],
  entropy: [entropyOf(0.75), Math.log(2)],
  "reference-std": [0.2, 0.25],
  "expected-entropy": [0.4, 0.5],
  "mutual-information": [0, 0.1],
  disagreement: [0, 1],
  "variation-ratio": [0, 0.5],
  "max-softmax-scaled": [halved, 0.5],
  "energy-scaled": [2 * Math.log(1 + Math.sqrt(3)), 2 * Math.log(2)],
  "entropy-scaled": [entropyOf(halved), Math.log(2)],
};

test.each(oodScoreNames)("%s by hand", (name) => {
  const shown = oodScores[name].shown(predictions, { temperature: 2 })!;
  for (const [i, value] of expected[name].entries()) expect(shown[i]).toBeCloseTo(value, 6);
});

test("a masked class changes no score", () => {
  const masked = { ...predictions, logits: Float32Array.of(0, -Infinity, Math.log(3), 0, -Infinity, 0), classes: 3 };
  for (const name of oodScoreNames.filter((one) => one !== "reference-std")) {
    const [own, plain] = [masked, predictions].map((one) => strangeness(name, one, { temperature: 2 })!);
    for (const [i, value] of own.entries()) expect(value, name).toBeCloseTo(plain[i], 12);
  }
});

test("scaled scores need a temperature; 1 gives the plain ones", () => {
  for (const name of ["max-softmax", "energy", "entropy"] as const) {
    expect(oodScores[`${name}-scaled`].shown(predictions)).toBeUndefined();
    const plain = oodScores[name].shown(predictions)!;
    expect(oodScores[`${name}-scaled`].shown(predictions, { temperature: 1 })).toEqual(plain);
  }
});

test("false positives at 95 %, by hand and by definition", () => {
  const twenty = Float64Array.from({ length: 20 }, (_, i) => i);
  // 19 of the 20 positives are at least 1, and so is one of the three negatives.
  expect(falsePositiveRateAt(Float64Array.of(0, 0.5, 1), twenty, 0.95)).toBeCloseTo(1 / 3, 12);
  const scores = fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 })
    .map((v) => Float64Array.from(v));
  fc.assert(
    fc.property(scores, scores, (negatives, positives) => {
      const share = (values: Float64Array, t: number) => values.filter((v) => v >= t).length / values.length;
      const caught = [...positives].filter((t) => share(positives, t) >= 0.95);
      expect(falsePositiveRateAt(negatives, positives, 0.95)).toBe(share(negatives, Math.max(...caught)));
    }),
    { numRuns: 100 },
  );
});

test("both conventions of FPR95 and of AUPR, told apart", () => {
  const known = Float64Array.from({ length: 100 }, (_, i) => i);
  const foreign = Float64Array.from({ length: 20 }, (_, i) => 90 + i);
  // 95 known ones lie at or below 94, and so do 5 foreign; 19 foreign lie at or above 91, and so do 9 known.
  const { fpr95In, fpr95Out, auprIn, auprOut, ...byTrapezoid } = detection(known, foreign);
  expect(fpr95In).toBeCloseTo(5 / 20, 12);
  expect(fpr95Out).toBeCloseTo(9 / 100, 12);
  expect(auprIn).toBeGreaterThan(auprOut);
  expect(byTrapezoid.auprInTrapezoid).toBeGreaterThan(byTrapezoid.auprOutTrapezoid);
  expect(byTrapezoid.auprOutTrapezoid).not.toBeCloseTo(auprOut, 4);
});

test("AUPR by trapezoid and average precision, by hand", () => {
  // From the top: a positive (recall ½, precision 1), a negative (½, ½), a positive (1, ⅔).
  const [negatives, positives] = [Float64Array.of(2), Float64Array.of(1, 3)];
  expect(averagePrecision(negatives, positives)).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12);
  expect(trapezoidPrecision(negatives, positives)).toBeCloseTo(1 / 2 + (1 / 2) * ((1 / 2 + 2 / 3) / 2), 12);
});

test("the ROC curve rises from (0, 0) to (1, 1), thinned, and encloses the AUROC", () => {
  const at = (n: number, shift: number) => Float64Array.from({ length: n }, (_, i) => ((i * 0.618) % 1) + shift);
  const [negatives, positives] = [at(3000, 0), at(2000, 0.3)];
  const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(negatives, positives);
  expect(x.length).toBeLessThanOrEqual(202);
  let area = 0;
  for (let i = 1; i < x.length; i++) {
    expect(x[i]).toBeGreaterThanOrEqual(x[i - 1]);
    expect(y[i]).toBeGreaterThanOrEqual(y[i - 1]);
    area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  }
  expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
  expect(area).toBeCloseTo(auroc(negatives, positives), 3);
});

test("a model without references has no reference std", () => {
  expect(oodScores["reference-std"].shown({ ...predictions, uncertainty: undefined })).toBeUndefined();
  expect([...rowMeans(Float32Array.of(1, 3), 2)]).toEqual([2]);
});

test("a histogram holds every value, the outermost bins those beyond", () => {
  expect(histogram(Float64Array.of(-1, 0, 0.49, 0.5, 1, 7), 0, 1, 2)).toEqual([3, 3]);
});
