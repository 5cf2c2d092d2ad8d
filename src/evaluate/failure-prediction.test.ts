import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type FailurePrediction, failurePrediction } from "./failure-prediction.ts";

/** What NumPy makes of the same confidences; see make-uncertainty-fixtures.py. */
const { failure } = JSON.parse(readFileSync(new URL("./fixtures/uncertainty.json", import.meta.url), "utf8")) as {
  failure: Record<string, number> & { confidence: number[]; wrong: number[] };
};
const doubt = Float64Array.from(failure.confidence, (value) => -value);
const correct = Uint8Array.from(failure.wrong, (wrong) => 1 - wrong);

const fixtureOf: Record<keyof FailurePrediction, string> = {
  auroc: "auroc",
  fpr95: "fpr95",
  aurc: "aurc",
  eAurc: "eAurc",
  augrc: "augrcTrapezoid",
};

test.each(Object.entries(fixtureOf))("%s agrees with NumPy's %s to 1e-9", (name, key) => {
  const found = failurePrediction(doubt, correct)[name as keyof FailurePrediction]!;
  expect(Math.abs(found - failure[key])).toBeLessThan(1e-9);
});

test("AUGRC is its closed form in AUROC and error", () => {
  const { auroc, augrc } = failurePrediction(doubt, correct);
  const error = failure.wrong.reduce((a, b) => a + b) / correct.length;
  expect(augrc).toBeCloseTo((1 - auroc!) * error * (1 - error) + error ** 2 / 2, 12);
});

test.each([
  ["all right", [1, 1], { aurc: 0, eAurc: 0, augrc: 0 }],
  ["all wrong", [0, 0], { aurc: 1, eAurc: 0, augrc: 0.5 }],
])("%s: nothing to tell apart, and no AUROC", (_, right, wanted) => {
  expect(failurePrediction(Float64Array.of(0.1, 0.2), Uint8Array.from(right))).toEqual(wanted);
});
