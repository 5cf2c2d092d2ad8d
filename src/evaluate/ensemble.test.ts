import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Predictions, UserError } from "../core/index.ts";
import { meanNll } from "./calibration.ts";
import { type Combination, combinations, combineMembers } from "./ensemble.ts";
import { judge } from "./judged.ts";
import { type MemberDoubtName, memberDoubtNames } from "./member-doubts.ts";
import { strangeness } from "./ood-scores.ts";
import { softmax } from "./softmax.ts";

/** What NumPy makes of the same logits [M, N, K]; see make-uncertainty-fixtures.py. */
const { ensemble: fixture } = JSON.parse(
  readFileSync(new URL("./fixtures/uncertainty.json", import.meta.url), "utf8"),
) as { ensemble: Record<string, number[]> & { logits: number[][][]; labels: number[] } };

const classes = 4;
const labels = Int32Array.from(fixture.labels);
const members = fixture.logits.map((own) => ({ set: "toy", logits: Float64Array.from(own.flat()), labels, classes }));

const fixtureOf: Record<MemberDoubtName, string> = {
  "expected-entropy": "meanEntropy",
  "mutual-information": "mutualInformation",
  disagreement: "disagreement",
  "variation-ratio": "variationRatio",
};

const probabilitiesOf: Record<Combination, readonly [string, string]> = {
  probabilities: ["meanProbabilities", "nllOfMeanProbabilities"],
  logits: ["probabilitiesOfMeanLogits", "nllOfMeanLogits"],
};

function expectClose(found: ArrayLike<number>, wanted: readonly number[]) {
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(found[i] - value), `${i}`).toBeLessThan(1e-9);
}

describe.each(combinations)("mean of %s", (combination) => {
  const combined = combineMembers(members, combination);
  const [probabilities, nll] = probabilitiesOf[combination];

  test("probabilities and NLL agree with NumPy's to 1e-9", () => {
    expectClose(
      softmax(combined.logits, classes).probabilities,
      (fixture[probabilities] as unknown as number[][]).flat(),
    );
    expect(Math.abs(meanNll(judge(combined)) - (fixture[nll] as unknown as number))).toBeLessThan(1e-9);
  });

  test.each(memberDoubtNames)("%s agrees with NumPy's to 1e-9, and is a score of that name", (name) => {
    expectClose(combined.doubts![name], fixture[fixtureOf[name]]);
    expect(strangeness(name, combined)).toEqual(combined.doubts![name]);
    expect(strangeness(name, members[0])).toBeUndefined();
  });
});

test("the entropy of the prediction is the entropy of the mean", () => {
  expectClose(strangeness("entropy", combineMembers(members))!.map(Math.exp), fixture.entropyOfMean);
});

test("the mean of probabilities that underflow is exact; a class that one member excludes is possible", () => {
  const of = (...logits: number[]) => ({
    set: "sure",
    logits: Float64Array.from(logits),
    labels: Int32Array.of(0),
    classes: 2,
  });
  const { logits, doubts } = combineMembers([of(0, 2000), of(0, 2000)]);
  expect(logits[0]).toBe(-2000);
  expect(doubts!["mutual-information"][0]).toBe(0);
  expect(combineMembers([of(0, Number.NEGATIVE_INFINITY), of(0, 0)]).logits[1]).toBeCloseTo(Math.log(0.25), 12);
});

const [first] = members;
test.each<[string, readonly Predictions<Float64Array>[], RegExp]>([
  ["one member", [first], /1 member; at least 2/],
  [
    "other labels",
    [first, { ...first, labels: labels.map((label) => (label + 1) % classes) }],
    /member 1 has other labels on toy/,
  ],
  ["other classes", [first, { ...first, classes: 2, labels: new Int32Array(36) }], /member 1 has other classes on toy/],
  ["a NaN", [first, { ...first, logits: first.logits.map(() => Number.NaN) }], /not a finite number/],
])("refuses %s", (_, some, message) => {
  expect(() => combineMembers(some)).toThrow(UserError);
  expect(() => combineMembers(some)).toThrow(message);
});
