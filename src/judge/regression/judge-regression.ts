import { type Listener, type RegressionData, type RegressionSet, reporter } from "../../core/index.ts";
import type { RegressionContext, RegressionResults, RegressionSetRole } from "../../evaluate/index.ts";
import { runPaths } from "../../files/index.ts";
import { holdLock, regressionFingerprint, sha256 } from "../../files/internal.ts";
import { dropRegressionAnswers, saveRegressionAnswers, storedRegressionSets } from "../../run/internal.ts";
import type { RegressionPredictor } from "../../tasks/index.ts";
import { alone, type Group, ofFirst } from "../../train/index.ts";
import { atLength, inShares, requireSame, together } from "../../train/internal.ts";
import { evaluateRegression, type RegressionFacts } from "../index.ts";
import { rankThreads } from "../rank-threads.ts";
import { prepareResultFolder, resultFolders } from "../result-folders.ts";

/** A run, an ensemble or whatever else predicts, and what it is judged on. */
export interface OpenedRegression {
  readonly data: RegressionData;
  readonly facts: RegressionFacts;
  /** Of all that predicts: other weights, other answers. */
  readonly checkpointSha256: string;
  /** References that it keeps, of which it can be asked under fewer; absent for methods without. */
  readonly references?: number;
  /** Draws of dropout behind each answer; absent where there are none. */
  readonly draws?: number;
  /** Called once at most, and only where something is left to predict; who judges disposes of it. */
  readonly predictor: () => Promise<RegressionPredictor>;
}

export interface JudgeRegressionOptions extends Listener {
  /** How a run folder is opened; `threads` of the predictions are said where ranks may share a machine. */
  readonly openRun: (run: string, options: { readonly threads?: number }) => Promise<OpenedRegression>;
  /** References behind each answer of runs that have them; all that a run keeps where absent. */
  readonly k?: number;
  /** Share of targets that conformal intervals may miss; 0.1 where absent. */
  readonly alpha?: number;
  /** Predict again what is stored already. */
  readonly fresh?: boolean;
  /** Where predictions and results go, of several runs into a folder each: for runs that are not to be written to. */
  readonly out?: string;
  /**
   * Ranks that share the sets out, and all read the run and its data; this process by itself where absent. All get the
   * results, and rank 0 alone writes.
   */
  readonly group?: Group;
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
  const { group = alone, signal } = options;
  const threads = await rankThreads({ group });
  const results: RegressionResults[] = [];
  for (const [i, folder] of resultFolders(runs, options.out).entries()) {
    const run = runs[i];
    const opened = await atLength(
      group,
      async () => {
        const opened = await options.openRun(run, { threads });
        if (group.rank === 0) prepareResultFolder(run, folder);
        return opened;
      },
      signal,
    );
    const own = await judgeInto(folder, opened, runs.length > 1 ? `${run}: ` : "", options);
    for (const notice of own.notices ?? []) options.onNotice?.(notice.startsWith(run) ? notice : `${run}: ${notice}`);
    results.push(own);
  }
  return results;
}

/**
 * Judges what is opened already, such as an ensemble, into a folder of its own, which is made where it is missing.
 * @throws UserError as `judgeRegressionRuns`, and where another process judges into it
 */
export async function judgeInto(
  folder: string,
  opened: OpenedRegression,
  label: string,
  options: Omit<JudgeRegressionOptions, "openRun" | "out">,
): Promise<RegressionResults> {
  const { group = alone } = options;
  const lock = runPaths(folder).judging;
  const held = await together(group, async () => (group.rank === 0 ? holdLock(lock, `judging ${folder}`) : undefined));
  try {
    await predictAll(folder, opened, label, options).finally(() => options.onProgress?.(undefined));
    return await ofFirst(group, async () => evaluateRegression(folder, opened.facts, { alpha: options.alpha }));
  } finally {
    await held?.release();
  }
}

async function predictAll(
  run: string,
  opened: OpenedRegression,
  label: string,
  options: Omit<JudgeRegressionOptions, "openRun" | "out">,
): Promise<void> {
  const { data, checkpointSha256 } = opened;
  const { signal, group = alone } = options;
  const k = opened.references === undefined ? opened.draws : (options.k ?? opened.references);
  const sets: { role: RegressionSetRole; set: RegressionSet }[] = [
    ...(data.validation.count > 0 ? [{ role: "validation" as const, set: data.validation }] : []),
    { role: "test", set: data.test },
    ...data.shifts.map((set) => ({ role: "shift" as const, set })),
  ];
  const wanted = sets.map(({ role, set }) => {
    const inputKey = sha256(JSON.stringify([regressionFingerprint(set), role, k]));
    return { set, context: { role, k, checkpointSha256, inputKey } };
  });
  await requireSame(group, {
    checkpoint: checkpointSha256,
    examples: wanted.map(({ set, context }) => `${set.name} ${context.inputKey}`),
  });
  const missing = await ofFirst(group, () => {
    // What another checkpoint, other references or other data gave is of no use any more.
    dropRegressionAnswers(
      run,
      (entry) =>
        !options.fresh && wanted.some(({ set, context }) => set.name === entry.set && sameContext(context, entry)),
    );
    const stored = storedRegressionSets(run);
    const isStored = ({ set, context }: (typeof wanted)[number]) =>
      stored.some((entry) => entry.set === set.name && sameContext(context, entry));
    return [...wanted.keys()].filter((i) => !isStored(wanted[i]));
  });
  let predictor: Promise<RegressionPredictor> | undefined;
  const predict = async (set: RegressionSet, signal: AbortSignal | undefined) => {
    predictor ??= opened.predictor();
    const onProgress = reporter({ ...options, signal }, `${label}predicting ${set.name}`, "examples");
    const answers = await (await predictor).predict(set, { ...(opened.references && { k }), onProgress });
    signal?.throwIfAborted();
    const reverse = await (await predictor).reverseErrors?.(set);
    signal?.throwIfAborted();
    const { names, data: values } = set.targets;
    return { ...answers, set: set.name, targets: { names, values }, reverse };
  };
  try {
    await inShares(
      group,
      missing.map((i) => ({
        cost: wanted[i].set.count,
        make: (signal) => predict(wanted[i].set, signal),
      })),
      { signal, keep: (n, answers) => saveRegressionAnswers(run, answers, wanted[missing[n]].context) },
    );
  } finally {
    await (await predictor)?.dispose();
  }
}

const sameContext = (wanted: RegressionContext, stored: RegressionContext): boolean =>
  wanted.role === stored.role &&
  wanted.checkpointSha256 === stored.checkpointSha256 &&
  wanted.inputKey === stored.inputKey;
