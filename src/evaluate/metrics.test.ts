import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Predictions, UserError } from "../core/index.ts";
import { expectedCalibrationError, reliabilityBins } from "./calibration.ts";
import { judge } from "./judged.ts";
import { type MetricName, measure, metricNames, metrics } from "./metrics.ts";
import { smoothEce } from "./smooth-ece.ts";
import { softmax } from "./softmax.ts";

const predictions = (logits: number[][], labels: number[]): Predictions => ({
  set: "toy",
  logits: Float32Array.from(logits.flat()),
  labels: Int32Array.from(labels),
  classes: logits[0].length,
});

/** Logits whose softmax is the given row. */
const rows = (...probabilities: number[][]) => probabilities.map((row) => row.map(Math.log));

/** Four images of two classes: right at .9, right at .8, wrong at .7, right at .6. */
const byHand = judge(predictions(rows([0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]), [0, 1, 1, 0]));

const expected: Record<MetricName, number> = {
  accuracy: 3 / 4,
  ece15: (0.1 + 0.2 + 0.7 + 0.4) / 4,
  rmsEce20: Math.sqrt((0.01 + 0.04 + 0.49 + 0.16) / 4),
  // smooth-ece.test.ts has the authors' values; here that it is asked of these confidences and outcomes.
  smoothEce: smoothEce([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1]),
  // Of two classes every label is among the five most likely.
  top5: 1,
  maxCe15: 0.7,
  // Four images, eight probabilities: those of class 0 and of class 1 are complements, in bins of their own.
  classwiseEce15: (0.1 + 0.2 + 0.7 + 0.4) / 4,
  // More bins than images: each image is a bin of its own.
  adaptiveEce15: (0.1 + 0.2 + 0.7 + 0.4) / 4,
  nll: -Math.log(0.9 * 0.8 * 0.3 * 0.6) / 4,
  // Most confident first: right, right, wrong, right.
  aurc: (0 + 0 + 1 / 3 + 1 / 4) / 4,
  // The best order has its one mistake last.
  eAurc: (0 + 0 + 1 / 3 + 1 / 4) / 4 - 1 / 4 / 4,
  // Trapezoids under 0, 0, 1/4, 1/4.
  augrc: (0 + 0 + 1 / 8 + 1 / 4) / 4,
  brier: (2 * 0.01 + 2 * 0.04 + 2 * 0.49 + 2 * 0.16) / 4,
};

test.each(metricNames)("%s by hand", (name) => {
  expect(measure(byHand)[name]).toBeCloseTo(expected[name], 6);
});

const anyPredictions = fc
  .record({ classes: fc.integer({ min: 2, max: 6 }), images: fc.integer({ min: 1, max: 40 }) })
  .chain(({ classes, images }) =>
    fc.record({
      classes: fc.constant(classes),
      logits: fc
        .array(fc.float({ min: -30, max: 30, noNaN: true }), {
          minLength: images * classes,
          maxLength: images * classes,
        })
        .map((values) => Float32Array.from(values)),
      labels: fc
        .array(fc.integer({ min: 0, max: classes - 1 }), { minLength: images, maxLength: images })
        .map((values) => Int32Array.from(values)),
    }),
  )
  .map((value): Predictions => ({ set: "any", ...value }));

describe("against the definitions, on random logits", () => {
  test("softmax, NLL, Brier, accuracy", () => {
    fc.assert(
      fc.property(anyPredictions, (p) => {
        let [nll, brier, hits] = [0, 0, 0];
        for (const [row, label] of p.labels.entries()) {
          const logits = [...p.logits.slice(row * p.classes, (row + 1) * p.classes)];
          const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
          const probabilities = logits.map((value) => Math.exp(value) / total);
          nll -= Math.log(probabilities[label]);
          brier += probabilities.reduce((sum, q, k) => sum + (q - Number(k === label)) ** 2, 0);
          hits += Number(logits.indexOf(Math.max(...logits)) === label);
        }
        const judged = judge(p);
        const n = p.labels.length;
        expect(metrics.nll.compute(judged)).toBeCloseTo(nll / n, 8);
        expect(metrics.brier.compute(judged)).toBeCloseTo(brier / n, 8);
        expect(metrics.accuracy.compute(judged)).toBe(hits / n);
      }),
      { numRuns: 50 },
    );
  });

  test("bins: each image in one; ECE ≤ RMS ECE; one bin gives |accuracy − mean confidence|", () => {
    fc.assert(
      fc.property(anyPredictions, fc.integer({ min: 1, max: 25 }), (p, binCount) => {
        const judged = judge(p);
        const bins = reliabilityBins(judged, binCount);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(judged.images);
        for (const { count, lower, upper, meanConfidence } of bins)
          if (count) {
            expect(meanConfidence).toBeGreaterThan(lower - 1e-12);
            expect(meanConfidence).toBeLessThan(upper + 1e-12);
          }
        const l1 = expectedCalibrationError(judged, binCount, 1);
        expect(l1).toBeLessThanOrEqual(expectedCalibrationError(judged, binCount, 2) + 1e-12);
        const meanConfidence = judged.confidence.reduce((a, b) => a + b) / judged.images;
        const gap = Math.abs(metrics.accuracy.compute(judged) - meanConfidence);
        expect(expectedCalibrationError(judged, 1, 1)).toBeCloseTo(gap, 10);
      }),
      { numRuns: 50 },
    );
  });
});

test("a confidence of exactly 1 falls in the last bin", () => {
  const bins = reliabilityBins(judge(predictions([[1000, 0]], [1])), 15);
  expect(bins[14]).toMatchObject({ count: 1, meanConfidence: 1, accuracy: 0 });
});

test("NLL stays finite where the label's probability underflows", () => {
  expect(metrics.nll.compute(judge(predictions([[2000, 0]], [1])))).toBe(2000);
  expect([...softmax([-1e4, -1e4], 2).probabilities]).toEqual([0.5, 0.5]);
});

test("a masked class, of logit −Infinity, is as good as left out", () => {
  const masked = judge(
    predictions(
      [
        [2, -Infinity, 1, 0],
        [0, -Infinity, 3, 1],
        [1, -Infinity, 0, 1.5],
      ],
      [0, 2, 2],
    ),
  );
  const without = judge(
    predictions(
      [
        [2, 1, 0],
        [0, 3, 1],
        [1, 0, 1.5],
      ],
      [0, 1, 1],
    ),
  );
  // The mean over the classes is over one more.
  for (const { classwiseEce15, ...same } of [measure(masked)])
    for (const [name, value] of Object.entries(same))
      expect(value, name).toBeCloseTo(measure(without)[name as MetricName], 12);
});

test.each([
  [
    "a label that is masked",
    predictions(
      [
        [0, 1],
        [0, -Infinity],
      ],
      [0, 1],
    ),
    "toy: image 1 has the label 1, whose logit is -Infinity",
  ],
  ["a row of masks", predictions([[-Infinity, -Infinity]], [0]), "all logits of image 0 are -Infinity"],
  ["a logit of +Infinity", predictions([[0, Infinity]], [0]), "class 1 is Infinity, not a finite number"],
  ["a NaN logit", predictions([[0, Number.NaN]], [0]), "toy: logits of image 0, class 1 is NaN, not a finite number"],
  [
    "too few logits",
    { ...predictions([[0, 1]], [0]), labels: Int32Array.of(0, 1) },
    "2 logits values for 2 labels × 2",
  ],
  ["no images", { ...predictions([[0, 1]], [0]), logits: new Float32Array(), labels: new Int32Array() }, "no images"],
  ["a label out of range", predictions([[0, 1]], [2]), "label 2 of image 0 is outside [0, 2)"],
  ["a label between classes", { ...predictions([[0, 1]], [0]), labels: [0.5] as never }, "label 0.5 of image 0"],
  ["a BigInt label", { ...predictions([[0, 1]], [0]), labels: BigInt64Array.of(1n) as never }, "label 1n (a BigInt)"],
  ["logits in a list", { ...predictions([[0, 1]], [0]), logits: [0, 1] as never }, "logits are no Float32Array"],
  ["a single class", { ...predictions([[0]], [0]) }, "1 classes; at least 2"],
  [
    "an infinite uncertainty",
    { ...predictions([[0, 1]], [0]), uncertainty: Float32Array.of(0, Infinity) },
    "uncertainty of",
  ],
])("refuses %s", (_, bad, message) => {
  expect(() => judge(bad)).toThrow(UserError);
  expect(() => judge(bad)).toThrow(message);
});
