import { expect, test } from "vitest";
import { auroc } from "../detection.ts";
import { type FittedScores, fitFeatureScores, type ScoreChoice } from "./fit.ts";
import { type FeatureScoreName, featureScoreNames } from "./table.ts";
import { data, expectedScores, fixture, setOf } from "./test-fixture.ts";

/** A row of the fixture that a score with these parameters equals. */
interface Row {
  readonly row: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

const expected: Record<FeatureScoreName, readonly Row[]> = {
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

const rows = featureScoreNames.flatMap((name) => expected[name].map((row) => ({ name, ...row })));
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
  for (const set of ["near", "far"] as const)
    expect(Math.abs(auroc(own[set], own.test) - fixture.scores[row][set].auroc), set).toBeLessThan(1e-12);
});
