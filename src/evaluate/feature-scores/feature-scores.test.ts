import { expect, test } from "vitest";
import { auroc, detection } from "../detection.ts";
import { type OodScore, oodScores } from "../ood-scores.ts";
import { type FittedScores, fitFeatureScores, type ScoreChoice } from "./fit.ts";
import { type FeatureScoreName, featureScoreNames } from "./table.ts";
import { data, expectedScores, fixture, logitsOf, type Measures, setOf } from "./test-fixture.ts";

/** A row of the fixture that a score with these parameters equals. */
interface Row {
  readonly row: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** All but the combination, which NumPy's script lacks: below, by hand. */
const expected: Record<Exclude<FeatureScoreName, "combination">, readonly Row[]> = {
  knn: [{ row: "knn" }, { row: "knn-10", parameters: { k: 10 } }],
  "knn-raw": [{ row: "knn-raw-10" }, { row: "knn-raw-1", parameters: { k: 1 } }],
  mahalanobis: [{ row: "mds-shrunk" }, { row: "mds", parameters: { covariance: "empirical" } }],
  "mahalanobis++": [{ row: "mds++-shrunk" }, { row: "mds++", parameters: { covariance: "empirical" } }],
  "relative-mahalanobis": [{ row: "rmds" }],
  "relative-mahalanobis++": [{ row: "rmds++" }],
  vim: [{ row: "vim" }],
  residual: [{ row: "residual" }],
  gen: [{ row: "gen" }, { row: "gen-top3", parameters: { gamma: 0.5, top: 3 } }],
  fdbd: [{ row: "fdbd" }],
  scale: [{ row: "scale" }],
  "ash-s": [{ row: "ash-s" }],
  "ash-b": [{ row: "ash-b" }],
  "ash-p": [{ row: "ash-p" }],
  react: [{ row: "react" }],
  nci: [{ row: "nci", parameters: { alpha: 0.001 } }],
  cosine: [{ row: "cosine" }],
  "class-mean": [{ row: "class-mean" }],
  pca: [{ row: "pca" }],
  cop: [{ row: "cop" }],
  neco: [{ row: "neco" }, { row: "neco-ratio", parameters: { timesLogit: false } }],
  nnguide: [{ row: "nnguide" }],
  she: [{ row: "she" }],
  dice: [{ row: "dice" }],
  "kl-matching": [{ row: "kl-matching" }],
  "grad-norm": [{ row: "grad-norm" }],
  relation: [{ row: "relation" }],
  vra: [{ row: "vra", parameters: { low: 60, high: 90 } }],
};

const compared = featureScoreNames.filter((name) => name !== "combination");
const rows = compared.flatMap((name) => expected[name].map((row) => ({ name, ...row })));
const choices: ScoreChoice[] = rows.map(({ name, row, parameters }) => ({ name, parameters, as: row }));

let fitted: Promise<FittedScores> | undefined;
const sets = ["test", "near", "far"] as const;
async function scoresOf(row: string) {
  fitted ??= fitFeatureScores(choices, data);
  const own = await fitted;
  const reason = own.absent.find(({ name }) => name === row)?.reason;
  expect(reason).toBeUndefined();
  const all = await scored(own);
  return Object.fromEntries(sets.map((set, i) => [set, all[i].scores[row]])) as Record<
    (typeof sets)[number],
    Float64Array
  >;
}
let known: Promise<Awaited<ReturnType<FittedScores["score"]>>[]> | undefined;
const scored = (own: FittedScores) => (known ??= Promise.all(sets.map((set) => own.score(setOf(set)))));

test.each(rows)("$name equals NumPy: $row", async ({ row }) => {
  const [own, theirs] = [await scoresOf(row), expectedScores(row)];
  for (const set of sets) {
    expect(own[set], set).toHaveLength(theirs[set].length);
    for (const [i, value] of theirs[set].entries())
      expect(Math.abs(own[set][i] - value), `${set} ${i}: ${own[set][i]}, ${value}`).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(value)),
      );
  }
  for (const set of ["near", "far"] as const) expectMeasures(own.test, own[set], fixture.scores[row][set]);
});

/** Of confidences: `detection` takes strangeness. */
function expectMeasures(known: Float64Array, foreign: Float64Array, theirs: Measures): void {
  const [inside, outside] = [known, foreign].map((scores) => scores.map((score) => -score));
  const own = detection(inside, outside);
  const pairs = [
    [own.auroc, theirs.auroc],
    [own.auprIn, theirs.averagePrecisionIn],
    [own.auprOut, theirs.averagePrecisionOut],
    [own.auprInTrapezoid, theirs.trapezoidPrecisionIn],
    [own.auprOutTrapezoid, theirs.trapezoidPrecisionOut],
    [own.fpr95In, theirs.fpr95In],
    [own.fpr95Out, theirs.fpr95Out],
  ];
  for (const [i, [found, value]] of pairs.entries()) expect(Math.abs(found - value), `${i}`).toBeLessThan(1e-12);
}

test.each([
  ["msp", "max-softmax"],
  ["max-logit", "max-logit"],
  ["energy", "energy"],
  ["entropy", "entropy"],
  ["msp-scaled", "max-softmax-scaled"],
] as const)("%s of NumPy is %s of the scores of logits", (row, name) => {
  const theirs = expectedScores(row);
  const own = sets.map((set) => {
    const labels = new Int32Array(theirs[set].length);
    const predictions = { set, logits: logitsOf(set), labels, classes: fixture.classes };
    const score: OodScore = oodScores[name];
    return score
      .shown(predictions, { temperature: fixture.fitted.temperature })!
      .map((value) => -score.direction * value);
  });
  for (const [s, set] of sets.entries())
    for (const [i, value] of theirs[set].entries())
      expect(Math.abs(own[s][i] - value)).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  expectMeasures(own[0], own[1], fixture.scores[row].near);
  expectMeasures(own[0], own[2], fixture.scores[row].far);
});

/** NumPy's names of parameters, and ours. */
const renamed: Readonly<Record<string, string>> = { p: "percentile", dim: "dimensions" };

test.each(["knn", "react", "scale", "gen", "nci", "vim"] as const)(
  "every choice of %s's parameters tells validation from foreign validation images as NumPy's does",
  async (name) => {
    const { grid, auroc: theirs, chosen } = fixture.choices[name];
    const parametersOf = (given: object) =>
      Object.fromEntries(
        Object.entries(given)
          .filter(([key]) => key !== "normalised")
          .map(([key, value]) => [renamed[key] ?? key, value]),
      );
    const tried = grid.map((given, i) => ({ name, parameters: parametersOf(given), as: `${i}` }));
    const own = await fitFeatureScores(tried, data);
    const [inside, outside] = [await own.score(setOf("val")), await own.score(setOf("ood-val"))];
    const found = grid.map((_, i) => auroc(outside.scores[i], inside.scores[i]));
    for (const [i, value] of found.entries()) expect(Math.abs(value - theirs[i]), `${i}`).toBeLessThan(1e-12);
    expect(found.indexOf(Math.max(...found))).toBe(chosen);
  },
);
