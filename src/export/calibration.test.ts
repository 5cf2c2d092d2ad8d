import { expect, test } from "vitest";
import { calibrationOf, fitTemperature } from "./calibration.ts";

const validation = (labels: number[]) => ({
  set: "held out",
  logits: Float32Array.from({ length: 2 * labels.length }, (_, i) => (i % 2 === 0 ? 2 : 0)),
  labels: Int32Array.from(labels),
  classes: 2,
});

test("a temperature by hand: as sure as it is right", () => {
  // Right in three of four: e^(2 / T) = 3.
  expect(fitTemperature(validation([0, 0, 1, 0])).temperature).toBeCloseTo(2 / Math.log(3), 6);
  expect(fitTemperature(validation([0, 0, 1, 0])).notice).toBeUndefined();
});

test.each([
  ["every image is right", [0, 0, 0, 0], "every validation image is right"],
  ["half of two classes are", [0, 1, 0, 1], "no better than chance"],
])("where %s the temperature is 1, with a reason", (_, labels, reason) => {
  const { temperature, notice } = fitTemperature(validation(labels));
  expect(temperature).toBe(1);
  expect(notice).toContain(reason);
});

test("percentiles are of the model's score: by the temperature where that is 1 − confidence", () => {
  const scored = { ...validation([0, 0, 1, 0]), score: Float32Array.of(0.1, 0.2, 0.3, 0.4) };
  const spread = calibrationOf(scored, "reference-std", "auto");
  expect([
    spread.images,
    spread.scorePercentiles[0],
    spread.scorePercentiles[50],
    spread.scorePercentiles[100],
  ]).toEqual([4, 0.1, 0.25, 0.4]);
  // e^(2 / T) = 3 in one row of logits 2 and 0: 1 − p is 1 / 4.
  expect(calibrationOf(scored, "one-minus-confidence", "auto").scorePercentiles[50]).toBeCloseTo(0.25, 5);
  const given = calibrationOf(scored, "one-minus-confidence", 2);
  expect(given.temperature).toBe(2);
  expect(given.scorePercentiles[50]).toBeCloseTo(1 / (1 + Math.E), 5);
});

test("a score that rounds to 0 beside 1 keeps its percentile", () => {
  const logits = Float32Array.of(60, 0, 50, 0);
  const sure = { set: "sure", logits, labels: Int32Array.of(0, 1), classes: 2, score: new Float32Array(2) };
  const { scorePercentiles } = calibrationOf(sure, "one-minus-confidence", 1);
  expect(scorePercentiles[0] / Math.exp(-60)).toBeCloseTo(1, 4);
  expect(scorePercentiles[100] / Math.exp(-50)).toBeCloseTo(1, 4);
});
