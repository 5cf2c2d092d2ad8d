import { createHash } from "node:crypto";
import {
  type Listener,
  type RegressionData,
  type RegressionSet,
  regressionFingerprint,
  reporter,
} from "../../core/index.ts";
import {
  dropRegression,
  evaluateRegression,
  type RegressionContext,
  type RegressionFacts,
  type RegressionResults,
  type RegressionSetRole,
  saveRegression,
  storedRegressionSets,
} from "../../evaluate/index.ts";
import type { RegressionPredictor } from "../../tasks/index.ts";

/** A run, an ensemble or whatever else predicts, and what it is judged on. */
export interface OpenedRegression {
  readonly data: RegressionData;
  readonly facts: RegressionFacts;
  /** Of all that predicts: other weights, other answers. */
  readonly checkpointSha256: string;
  /** References that it is asked under where nobody says how many. */
  readonly k?: number;
  /** Called once at most, and only where something is left to predict; who judges disposes of it. */
  readonly predictor: () => Promise<RegressionPredictor>;
}

export interface JudgeRegressionOptions extends Listener {
  /** How a run folder is opened. */
  readonly openRun: (run: string) => Promise<OpenedRegression>;
  /** References, or draws, behind each answer; all that the run keeps where absent. */
  readonly k?: number;
  /** Share of targets that conformal intervals may miss; 0.1 where absent. */
  readonly alpha?: number;
  /** Predict again what is stored already. */
  readonly fresh?: boolean;
}

/**
 * Predicts the validation, test and shift sets of each run, each once: what this checkpoint has predicted before is not
 * predicted again. Then computes every measure from what is stored, and writes `results.json` into the folder.
 * @throws UserError for answers that do not fit or are not finite; what the signal was aborted with.
 * @example const [results] = await judgeRegressionRuns(["runs/cars"], { openRun: openRegressionRun });
 */
export async function judgeRegressionRuns(
  runs: readonly string[],
  options: JudgeRegressionOptions,
): Promise<RegressionResults[]> {
  const results: RegressionResults[] = [];
  for (const run of runs) {
    const opened = await options.openRun(run);
    const label = runs.length > 1 ? `${run}: ` : "";
    try {
      await predictAll(run, opened, label, options);
    } finally {
      options.onProgress?.(undefined);
    }
    const own = evaluateRegression(run, opened.facts, { alpha: options.alpha });
    for (const notice of own.notices ?? []) options.onNotice?.(`${run}: ${notice}`);
    results.push(own);
  }
  return results;
}

async function predictAll(
  run: string,
  opened: OpenedRegression,
  label: string,
  options: JudgeRegressionOptions,
): Promise<void> {
  const { data, checkpointSha256 } = opened;
  const { signal, k = opened.k } = options;
  const sets: { role: RegressionSetRole; set: RegressionSet }[] = [
    ...(data.validation.count > 0 ? [{ role: "validation" as const, set: data.validation }] : []),
    { role: "test", set: data.test },
    ...data.shifts.map((set) => ({ role: "shift" as const, set })),
  ];
  const wanted = sets.map(({ role, set }) => {
    const inputKey = createHash("sha256")
      .update(JSON.stringify([regressionFingerprint(set), role, k]))
      .digest("hex");
    return { set, context: { role, k, checkpointSha256, inputKey } };
  });
  // What another checkpoint, other references or other data gave is of no use any more.
  dropRegression(
    run,
    (entry) =>
      !options.fresh && wanted.some(({ set, context }) => set.name === entry.set && sameContext(context, entry)),
  );
  const stored = storedRegressionSets(run);
  const missing = wanted.filter(
    ({ set, context }) => !stored.some((entry) => entry.set === set.name && sameContext(context, entry)),
  );
  if (missing.length === 0) return;
  signal?.throwIfAborted();
  const predictor = await opened.predictor();
  try {
    for (const { set, context } of missing) {
      const report = reporter(options, `${label}predicting ${set.name}`, "examples");
      const answers = await predictor.predict(set, { k, onProgress: report });
      signal?.throwIfAborted();
      const reverse = await predictor.reverseErrors?.(set);
      signal?.throwIfAborted();
      const { names, data: values } = set.targets;
      saveRegression(run, { ...answers, set: set.name, targets: { names, values }, reverse }, context);
    }
  } finally {
    await predictor.dispose();
  }
}

const sameContext = (wanted: RegressionContext, stored: RegressionContext): boolean =>
  wanted.role === stored.role &&
  wanted.checkpointSha256 === stored.checkpointSha256 &&
  wanted.inputKey === stored.inputKey;
