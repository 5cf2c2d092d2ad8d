import { existsSync, rmSync } from "node:fs";
import {
  type DataSet,
  type ImageSet,
  imageCount,
  permutation,
  Random,
  runPaths,
  subset,
  UserError,
} from "../core/index.ts";
import { loadDataSet, matchImages } from "../data/index.ts";
import type { Device } from "../engine/index.ts";
import { evaluateStored, type Predictions, type Results, type SetRole, savePredictions } from "../evaluate/index.ts";
import { saveGallery } from "../report/index.ts";
import { loadCheckpoint, loadPredictor, type PredictOptions, readRun } from "../train/index.ts";
import { dataProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { dataOptions, flagsOf } from "./train-config.ts";

export const suites = ["clean", "calibration", "ood", "shift"] as const;
export type Suite = (typeof suites)[number];

export interface JudgeOptions {
  readonly suites?: readonly Suite[];
  readonly protocol?: "single" | "k";
  readonly k?: number;
  /** Data set whose test images the model should not know. */
  readonly ood?: string;
  /** How many of them; as many as there are test images where absent. */
  readonly oodCount?: number;
  readonly dataDir?: string;
  readonly device?: Device;
  /** Aborting it throws its reason and leaves the run folder as it was. */
  readonly signal?: AbortSignal;
}

/**
 * Predicts the image sets of the suites, replaces what the run folder held of predictions, gallery and results, and
 * computes every metric from what is now stored. Nothing is replaced before everything is predicted.
 */
export async function judgeRun(terminal: Terminal, run: string, options: JudgeOptions = {}): Promise<Results> {
  const record = readRun(run);
  const { config, data } = record;
  const { suites: wanted = suites, protocol = "k", k } = options;
  const foreignName = options.ood ?? foreignTo(data.name);
  if (wanted.includes("ood") && foreignName === data.name)
    throw new UserError(`--ood ${foreignName}: the run was trained on it; choose another data set`);
  const checkpoint = loadCheckpoint(runPaths(run).checkpoint);
  const totalSteps = config.epochs * Math.floor(data.trainImages / config.batchSize);
  if (checkpoint.progress.step < totalSteps)
    terminal.note(`${run} is not fully trained (step ${checkpoint.progress.step} of ${totalSteps}); judged as it is`);

  const progress = dataProgress(terminal);
  const load = (request: Parameters<typeof loadDataSet>[0]) =>
    loadDataSet({ ...request, onProgress: progress.update, onNotice: terminal.note }).finally(progress.stop);
  const dataSet = await load(dataOptions(config, options.dataDir));
  checkSameData(run, dataSet, data);
  const asked: { set: ImageSet; role: SetRole }[] = [{ set: dataSet.test, role: "test" }];
  if (wanted.includes("shift")) for (const set of dataSet.shifts) asked.push({ set, role: "shift" });
  if (wanted.includes("ood")) {
    const foreign = await load({ name: foreignName, dataDir: options.dataDir, seed: 0 });
    asked.push({
      set: pick(matchImages(foreign.test, data), options.oodCount ?? imageCount(dataSet.test)),
      role: "ood",
    });
  }

  const predictor = await loadPredictor(run, { device: options.device });
  const predicted: { predictions: Predictions; role: SetRole }[] = [];
  try {
    for (const { set, role } of asked) {
      const onProgress: PredictOptions["onProgress"] = (at) => {
        options.signal?.throwIfAborted();
        progress.update({ label: `predicting ${set.name}`, ...at, unit: "images" });
      };
      predicted.push({ role, predictions: await predictor.predict(set, { protocol, k, onProgress }) });
    }
  } finally {
    progress.stop();
    await predictor.dispose();
  }

  const asking =
    config.method.name === "standard"
      ? {}
      : { protocol, references: protocol === "single" ? 1 : (k ?? checkpoint.references?.shape[0]) };
  options.signal?.throwIfAborted();
  const { predictions: folder } = runPaths(run);
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  for (const { predictions, role } of predicted) savePredictions(run, predictions, { role, ...asking });
  await saveGallery(run, dataSet.test, predicted[0].predictions);
  const flags = flagsOf(config);
  return evaluateStored(run, {
    parameters: Object.values(checkpoint.params).reduce((sum, { data }) => sum + data.length, 0),
    command: `anchored train ${flags ?? `--config ${runPaths(run).config}`}`,
  });
}

/** Digits for pictures, pictures for digits. */
const foreignTo = (data: string): string => (data === "mnist" || data === "fashion-mnist" ? "emoji" : "mnist");

/** `count` of the set's images, always the same ones. */
function pick(set: ImageSet, count: number): ImageSet {
  if (count >= imageCount(set)) return set;
  const rows = permutation(imageCount(set), new Random("foreign images", set.name)).slice(0, count).sort();
  return subset(set, rows);
}

/** A folder whose images changed since training would be judged by other classes or splits. */
function checkSameData(run: string, { test, name }: DataSet, data: ReturnType<typeof readRun>["data"]): void {
  if (test.classNames.join() !== data.classNames.join())
    throw new UserError(
      `${run} was trained on the classes ${data.classNames.join(", ")}, but ${name} now has ${test.classNames.join(", ")}`,
    );
}
