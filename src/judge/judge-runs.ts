import { basename, resolve } from "node:path";
import { imageCount, UserError } from "../core/index.ts";
import type { Results } from "../evaluate/index.ts";
import { type HeldLock, runPaths } from "../files/index.ts";
import { holdLock } from "../files/internal.ts";
import { loadPredictions, optionWords, readRun, saveGallery } from "../run/index.ts";
import { saveVerdictPictures } from "../run/internal.ts";
import { alone, ofFirst } from "../train/index.ts";
import { together } from "../train/internal.ts";
import { evaluateStored } from "./index.ts";
import { scoresAsked } from "./ood-scores/names.ts";
import { measureRunScores } from "./ood-scores/of-run.ts";
import { OpenRun } from "./open-run.ts";
import { defaultSuites, type InferenceOptions, type JudgeOptions } from "./options.ts";
import { predictCorrupted } from "./predict-corrupted.ts";
import { type PredictedRun, predictSets } from "./predict-sets.ts";
import { measurePredictionBatch } from "./prediction-batch.ts";
import { rankThreads } from "./rank-threads.ts";
import { prepareResultFolder, requireUnmixed, resultFolders } from "./result-folders.ts";
import { measureSensitivity } from "./sensitivity.ts";
import type { RoledSet } from "./sets-of-run.ts";
import { type Variant, variantOf } from "./variant.ts";
import { pickVariant } from "./variant-options.ts";

/**
 * Predicts the image sets of the suites, each once: what this checkpoint has predicted before is not predicted again.
 * Then computes every metric of each run from all that is stored. Corrupted images are made once for all runs.
 * A variant of asking, such as passes with dropout, goes by itself into `RUN/variants/NAME`.
 * Ranks of a group predict a set each; rank 0 stores all in the order of one process, and computes and writes the same bytes.
 * @throws UserError for folders that are no runs, or whose data is not here, and for runs that cannot be asked so; what the
 *   signal was aborted with; of a group GroupError.
 * @example
 * const [results] = await judgeRuns([run], { suites: ["clean", "ood"], ood: ["mnist"], onNotice: console.log });
 */
export async function judgeRuns(runs: readonly string[], given: JudgeOptions = {}): Promise<Results[]> {
  const { group = alone } = given;
  const opened: OpenRun[] = [];
  const locks: HeldLock[] = [];
  try {
    const options = { ...given, threads: await rankThreads(given) };
    await together(group, async () => {
      const variant = variantOf(options);
      if (variant) checkAsked(variant, options);
      for (const run of runs) {
        const record = readRun(run);
        variant?.check(run, record, options);
      }
      for (const [i, folder] of resultFolders(runs, options.out, variant?.stored).entries()) {
        if (group.rank === 0) {
          requireUnmixed(runs[i], folder, variant?.stored);
          prepareResultFolder(runs[i], folder);
          const lock = runPaths(folder).judging;
          locks.push(await holdLock(lock, `judging ${runs[i]}`, { onWatch: options.onNotice }));
        }
        const run = new OpenRun(runs[i], options, folder);
        opened.push(run);
        if (group.rank === 0 && options.fresh) run.dropOthers("");
      }
    });
    return await judgeOpened(opened, options);
  } finally {
    for (const run of opened) await run.close();
    for (const lock of locks) await lock.release();
  }
}

/** @throws UserError for what only the plain network gives. */
function checkAsked({ asked }: Variant, { oodScores, features }: JudgeOptions): void {
  const plain = oodScores ? `options.oodScores ${oodScores.join(",")}` : features ? "options.features" : undefined;
  if (plain) throw new UserError(`${plain}: features are the plain network's, not those of ${asked}; leave one out`);
}

async function judgeOpened(runs: readonly OpenRun[], options: JudgeOptions): Promise<Results[]> {
  const { suites = defaultSuites, group = alone } = options;
  const scored = options.oodScores !== undefined;
  const inference = inferenceOf(options);
  const predicted = await predictSets(runs, inference, options);
  if (suites.includes("corruptions")) await predictCorrupted(predicted, options, scored ? inference : undefined);
  return ofFirst(group, () => judgePredicted(predicted, options));
}

function inferenceOf(options: JudgeOptions): InferenceOptions {
  const { protocol, k, calibrate, predictionBatch, mirror } = options;
  const usual = k === undefined ? variantOf(options)?.protocol : undefined;
  return { protocol: protocol ?? usual ?? "k", k, calibrate, predictionBatch, mirror, ...pickVariant(options) };
}

/** From what is stored, but for what is asked of the network many times over. */
async function judgePredicted(predicted: readonly PredictedRun[], options: JudgeOptions): Promise<Results[]> {
  const { suites = defaultSuites, signal, onNotice, onProgress } = options;
  const names = options.oodScores && scoresAsked(options.oodScores);
  const variant = variantOf(options);
  for (const { run, test, shifts } of predicted) {
    // Both are measured of the plain network.
    if (!variant && suites.includes("sensitivity") && run.anchored) await measureSensitivity(run, test, options);
    if (!variant && suites.includes("prediction-batch")) await measurePredictionBatch(run, [test, ...shifts], options);
    onProgress?.(undefined);
  }
  signal?.throwIfAborted();
  const results: Results[] = [];
  for (const { run, test, train, notice, groups, sets } of predicted) {
    run.dropOthers();
    const listener = { onProgress, onNotice, signal };
    if (names) {
      const told = await measureRunScores(run, names, { ...listener, trainImages: imageCount(train), groups });
      const of = (role: RoledSet["role"], name?: string) =>
        sets.find((one) => one.role === role && (name === undefined || one.set.name === name))?.set;
      await saveVerdictPictures(run.results, told, (name) => of("ood", name), of("train") ?? train);
    }
    await saveGallery(run.results, test, loadPredictions(run.results, test.name, run.weights, "test"));
    const own = evaluateStored(run.results, {
      name: [basename(resolve(run.run)), ...(variant ? [variant.stored.title] : [])].join(" · "),
      weights: run.weights,
      notices: notice ? [notice] : [],
      conformal: options.conformal,
      onProgress,
      signal,
      parameters: Object.values(run.checkpoint.params).reduce((sum, { data }) => sum + data.length, 0),
      command: `anchored train ${optionWords(run.record.config) ?? `--config ${run.run}/config.json`}`,
    });
    for (const notice of own.notices ?? []) onNotice?.(`${run.run}: ${notice}`);
    results.push(own);
  }
  return results;
}
