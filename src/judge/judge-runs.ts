import { basename, resolve } from "node:path";
import { type ImageSet, imageCount, type Listener, reporter, UserError } from "../core/index.ts";
import type { ForeignGroup, Results } from "../evaluate/index.ts";
import { type HeldLock, runPaths } from "../files/index.ts";
import { holdLock } from "../files/internal.ts";
import { loadPredictions, optionWords, readRun, saveGallery } from "../run/index.ts";
import { saveVerdictPictures } from "../run/internal.ts";
import { loadRunData } from "../train/index.ts";
import { type CorruptedSets, corruptedSets } from "./corrupted-sets.ts";
import { dataSetLoader, foreignTo } from "./image-sets.ts";
import { evaluateStored } from "./index.ts";
import { scoresAsked } from "./ood-scores/names.ts";
import { measureRunScores } from "./ood-scores/of-run.ts";
import { fingerprintOf, OpenRun, type PredictionRequest, unfinished } from "./open-run.ts";
import { defaultSuites, type InferenceOptions, type JudgeOptions } from "./options.ts";
import { predictAs } from "./predict-as.ts";
import { measurePredictionBatch } from "./prediction-batch.ts";
import { prepareResultFolder, requireUnmixed, resultFolders } from "./result-folders.ts";
import { measureSensitivity } from "./sensitivity.ts";
import { groupsOf, type RoledSet, setsOf } from "./sets-of-run.ts";
import { saveStrips } from "./strips.ts";
import { type Variant, variantOf } from "./variant.ts";
import { pickVariant } from "./variant-options.ts";

/** Two runs are judged on the same corrupted images where their test sets are the same. */
interface Opened {
  readonly run: OpenRun;
  readonly test: ImageSet;
  readonly train: ImageSet;
  /** What results must say of the data. */
  readonly notice?: string;
  /** Of foreign sets, by name. */
  readonly groups: ReadonlyMap<string, ForeignGroup>;
  readonly sets: readonly RoledSet[];
}

/**
 * Predicts the image sets of the suites, each once: what this checkpoint has predicted before is not predicted again.
 * Then computes every metric of each run from all that is stored. Corrupted images are made once for all runs.
 * A variant of asking, such as passes with dropout, goes by itself into `RUN/variants/NAME`.
 * @throws UserError for folders that are no runs, or whose data is not here, and for runs that cannot be asked so; what the
 *   signal was aborted with.
 * @example
 * const [results] = await judgeRuns([run], { suites: ["clean", "ood"], ood: ["mnist"], onNotice: console.log });
 */
export async function judgeRuns(runs: readonly string[], options: JudgeOptions = {}): Promise<Results[]> {
  const opened: OpenRun[] = [];
  const locks: HeldLock[] = [];
  try {
    const variant = variantOf(options);
    if (variant) checkAsked(variant, options);
    for (const run of runs) {
      const record = readRun(run);
      variant?.check(run, record, options);
    }
    for (const [i, folder] of resultFolders(runs, options.out, variant?.stored).entries()) {
      requireUnmixed(runs[i], folder, variant?.stored);
      prepareResultFolder(runs[i], folder);
      locks.push(await holdLock(runPaths(folder).judging, `judging ${runs[i]}`));
      opened.push(new OpenRun(runs[i], options, folder));
    }
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
  const { suites = defaultSuites, signal, onNotice, onProgress } = options;
  const names = options.oodScores && scoresAsked(options.oodScores);
  const features = options.features ?? names !== undefined;
  const variant = variantOf(options);
  const inference: InferenceOptions = {
    protocol: options.protocol ?? (options.k === undefined ? variant?.protocol : undefined) ?? "k",
    k: options.k,
    calibrate: options.calibrate,
    predictionBatch: options.predictionBatch,
    mirror: options.mirror,
    ...pickVariant(options),
  };
  const load = dataSetLoader(options);
  const ready: Opened[] = [];

  for (const run of runs) {
    const { config, data } = run.record;
    const { step } = run.checkpoint.progress;
    const note = unfinished(run.run, { config, examples: data.trainImages, step }, "judged");
    if (note) onNotice?.(note);
    const { dataSet, notice } = await loadRunData(run.run, run.record, load, options);
    const { train, test, shifts } = dataSet;
    const sets = await setsOf(run, dataSet, load, { ...options, features });
    ready.push({
      run,
      test,
      train,
      notice,
      groups: groupsOf(sets, foreignTo(data.name, dataSet.heldOut !== undefined)),
      sets,
    });

    run.chooseOnlyBy(sets.find(({ role }) => role === "ood-validation")?.set.name);
    for (const { role, set } of sets) {
      const wanted: PredictionRequest = { set: set.name, role, fingerprint: fingerprintOf(set), inference, features };
      if (run.has(wanted)) continue;
      const label = `${runs.length > 1 ? `${run.run}: ` : ""}predicting ${set.name}`;
      await run.store(wanted, set, (predictor, images) =>
        predictAs(predictor, images, inference, { train, features, onProgress: reporter(options, label, "images") }),
      );
      onProgress?.(undefined);
    }
    // Both are measured of the plain network.
    if (!variant && suites.includes("sensitivity") && run.anchored) await measureSensitivity(run, test, options);
    if (!variant && suites.includes("prediction-batch")) await measurePredictionBatch(run, [test, ...shifts], options);
    onProgress?.(undefined);
  }
  if (suites.includes("corruptions")) await judgeCorruptions(ready, options, names && inference);

  signal?.throwIfAborted();
  const results: Results[] = [];
  for (const { run, test, train, notice, groups, sets } of ready) {
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

/**
 * Runs on the same test set share its corrupted images: each is made once, and every run that lacks it predicts it.
 * @param scoredAs how the other sets were asked for, where scores of features are to be judged on all
 */
async function judgeCorruptions(
  ready: readonly Opened[],
  options: JudgeOptions,
  scoredAs: InferenceOptions | undefined,
): Promise<void> {
  const references = options.corruptionReferences ?? 1;
  const { predictionBatch, mirror } = options;
  const inference: InferenceOptions = {
    ...(references === 1 ? { protocol: "single" } : { protocol: "k", k: references }),
    predictionBatch,
    mirror,
    ...pickVariant(options),
  };
  const groups = new Map<string, Opened[]>();
  for (const one of ready) {
    const key = fingerprintOf(one.test);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const members of groups.values()) {
    const suite = await corruptedSets(members[0].test, options);
    try {
      await judgeSuite(members, suite, { inference, scoredAs }, options);
      if (scoredAs) await judgeSample(members, suite, scoredAs, options);
    } finally {
      await suite.close();
    }
    for (const { run, test } of members) await saveStrips(run.results, test, suite);
  }
}

async function judgeSuite(
  members: readonly Opened[],
  suite: CorruptedSets,
  { inference, scoredAs }: { readonly inference: InferenceOptions; readonly scoredAs?: InferenceOptions },
  listener: Listener,
): Promise<void> {
  // Features under other references than those of the training images are not to be compared with them.
  const wantsFeatures = (run: OpenRun) =>
    scoredAs !== undefined && run.references(inference) === run.references(scoredAs);
  const wanted = (cell: CorruptedSets["cells"][number], run: OpenRun): PredictionRequest => ({
    role: "corruption",
    inference,
    features: wantsFeatures(run),
    ...cell,
  });
  const lacking = (cell: CorruptedSets["cells"][number]) => members.filter(({ run }) => !run.has(wanted(cell, run)));
  const missing = suite.cells.filter((cell) => lacking(cell).length > 0);
  let total: number | undefined;
  let done = 0;
  try {
    for await (const { cell, set } of suite.images(missing, listener.signal))
      for (const { run, train } of lacking(cell)) {
        total ??= imageCount(set) * missing.reduce((sum, one) => sum + lacking(one).length, 0);
        const report = reporter(listener, "corruptions", "images");
        const onProgress = (at: { readonly done: number }) => report({ done: done + at.done, total });
        await run.store(wanted(cell, run), set, (predictor, images) =>
          predictAs(predictor, images, inference, { train, features: wantsFeatures(run), onProgress }),
        );
        done += imageCount(set);
      }
  } finally {
    listener.onProgress?.(undefined);
  }
}

/** Some of all corrupted images, asked as the other sets were: what a verdict must keep. */
async function judgeSample(
  members: readonly Opened[],
  { sample }: CorruptedSets,
  inference: InferenceOptions,
  listener: Listener,
): Promise<void> {
  if (!sample) return;
  const { set, fingerprint } = sample;
  const wanted: PredictionRequest = { set, fingerprint, role: "corrupted-sample", inference, features: true };
  const lacking = members.filter(({ run }) => !run.has(wanted));
  if (lacking.length === 0) return;
  const images = await sample.images(listener.signal);
  for (const { run, train } of lacking) {
    const onProgress = reporter(listener, `predicting ${set}`, "images");
    await run.store(wanted, images, (predictor) =>
      predictAs(predictor, images, inference, { train, features: true, onProgress }),
    );
    listener.onProgress?.(undefined);
  }
}
