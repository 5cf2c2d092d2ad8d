import { UserError } from "../../core/index.ts";
import type {
  ConformalRegression,
  RegressionResults,
  RegressionSetResults,
  StoredRegression,
  StoredRegressionSet,
} from "../../evaluate/index.ts";
import { judgeRegression, measureRegression } from "../../evaluate/index.ts";
import {
  calibrationCurves,
  conformalRegression,
  regimeResults,
  regressionIntervals,
  shownPoints,
  sparsificationCurves,
  storedPerTarget,
} from "../../evaluate/internal.ts";
import { loadRegressionAnswers } from "../../run/index.ts";
import { resultsHeading, storedRegressionSets, versioned, writeResults } from "../../run/internal.ts";

/** What results say of a regression's training: from a run's config and log, or of an ensemble from its members. */
export type RegressionFacts = Omit<
  RegressionResults,
  "version" | "task" | "run" | "date" | "machine" | "versions" | "sets"
>;

export interface EvaluateRegressionOptions {
  readonly date?: Date;
  /** Share of targets that conformal intervals may miss; 0.1 where absent. */
  readonly alpha?: number;
}

/**
 * Computes every measure of a regression from its stored predictions (no model is run) and writes `results.json`.
 * @throws UserError where the folder has no predictions on a test set, or they are damaged or of other targets.
 * @example
 * const { facts } = await openRegressionRun(run);
 * const results = evaluateRegression(run, facts); // from the stored predictions
 */
export function evaluateRegression(
  run: string,
  facts: RegressionFacts,
  { date, alpha = 0.1 }: EvaluateRegressionOptions = {},
): RegressionResults {
  const stored = storedRegressionSets(run);
  checkTargets(run, stored, facts);
  const of = (role: StoredRegressionSet["role"]) =>
    stored
      .filter((entry) => entry.role === role)
      .map((entry) => ({ entry, answers: loadRegressionAnswers(run, entry.set, role) }));
  const [test] = of("test");
  if (!test)
    throw new UserError(`${run} has no stored predictions on a test set; predict one first (anchored evaluate)`);
  const held = [test, ...of("shift")];
  const validation = of("validation")[0]?.answers;
  const scale = facts.targets.map(({ standardDeviation }) => standardDeviation);
  const { bySet, notices } = validation
    ? conformalRegression(
        validation,
        held.map(({ answers }) => answers),
        alpha,
      )
    : { bySet: [], notices: ["No validation examples: conformal intervals and their percentiles are left out."] };
  const sets = held.map(({ entry, answers }, i) =>
    setResults(entry, answers, { validation, scale, conformal: bySet[i] ?? [] }),
  );
  const said = [
    ...(facts.notices ?? []),
    ...zeroNotices([...(validation ? [validation] : []), ...held.map(({ answers }) => answers)]),
    ...notices,
  ];
  const { notices: _, ...known } = facts;
  const results: RegressionResults = {
    ...versioned("regression"),
    ...resultsHeading(run, date),
    ...known,
    ...(said.length > 0 && { notices: said }),
    sets,
  };
  writeResults(run, results);
  return results;
}

interface Around {
  readonly validation: StoredRegression | undefined;
  readonly scale: readonly number[];
  readonly conformal: ConformalRegression[];
}

function setResults(
  { set, role, examples, k }: StoredRegressionSet,
  answers: StoredRegression,
  { validation, scale, conformal }: Around,
): RegressionSetResults {
  const judged = judgeRegression(answers, answers.targets);
  const metrics = Object.entries(measureRegression(judged)).map(([name, value]) => [name, storedPerTarget(value)]);
  const intervals = Object.entries(regressionIntervals(judged)).map(([name, { byTarget, mean }]) => [
    name,
    { byTarget: byTarget.map((ends) => ends ?? null), mean: mean ?? null },
  ]);
  return {
    set,
    role: role as "test" | "shift",
    examples,
    ...(k !== undefined && { k }),
    metrics: Object.fromEntries(metrics),
    intervals: Object.fromEntries(intervals),
    sparsification: sparsificationCurves(judged),
    calibration: calibrationCurves(judged, answers.quantiles),
    conformal,
    regimes: regimeResults(answers, validation, scale),
    points: shownPoints(judged),
  };
}

function checkTargets(run: string, stored: readonly StoredRegressionSet[], { targets }: RegressionFacts): void {
  const expected = targets.map(({ name }) => name).join();
  const odd = stored.find((entry) => entry.targets.join() !== expected);
  if (odd)
    throw new UserError(
      `${run} has predictions of ${odd.targets.join(", ")} on ${odd.set}, but it was trained on ${expected}; evaluate it anew with options.fresh`,
    );
}

/** A σ of 0 has no likelihood, and nothing can be divided by it: what is left out is said. */
function zeroNotices(sets: readonly StoredRegression[]): string[] {
  return sets.flatMap(({ set, standardDeviation }) => {
    const zeros = standardDeviation?.filter((value) => value === 0).length ?? 0;
    if (zeros === 0) return [];
    return [
      `${zeros} of ${standardDeviation?.length} standard deviations on ${set} are 0: its NLL and normalised conformal intervals are left out.`,
    ];
  });
}
