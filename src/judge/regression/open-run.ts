import { availableParallelism } from "node:os";
import type { RegressionData } from "../../core/index.ts";
import type { Device } from "../../engine/index.ts";
import type { Weights } from "../../evaluate/index.ts";
import { regressionFingerprint } from "../../files/internal.ts";
import { runFacts } from "../../run/internal.ts";
import type { LoadedRegression, RegressionPlaces, RegressionRecord } from "../../train/index.ts";
import { insistOnData, loadMovedRegressionData, loadRegression, regressionPredictor } from "../../train/internal.ts";
import type { RegressionFacts } from "../index.ts";
import { unfinished } from "../open-run.ts";
import type { OpenedRegression } from "./judge-regression.ts";

export interface OpenRegressionOptions extends RegressionPlaces {
  readonly dataDir?: string;
  /** Take training data that are not those of the training, with a notice; they are refused where absent. */
  readonly changedData?: boolean;
  /** Which predict, where a run keeps a moving average of them: that where absent. */
  readonly weights?: Weights;
  readonly device?: Device;
  /** Threads of the predictions; a thread a core where absent. */
  readonly threads?: number;
}

/**
 * Opens the run folder of a regression with the data that it was trained on, to be judged.
 * @throws UserError for a folder that holds no regression, a damaged checkpoint, and data that are gone or not those of
 *   the training
 * @example await judgeRegressionRuns(["runs/cars"], { openRun: (run) => openRegressionRun(run) });
 */
export async function openRegressionRun(run: string, options: OpenRegressionOptions = {}): Promise<OpenedRegression> {
  const { weights, device, threads = availableParallelism() } = options;
  const loaded = loadRegression(run, { weights });
  const { record, step } = loaded;
  const { data, notice } = await loadRegressionRunData(run, record, options);
  const soFar = { config: record.config, examples: record.data.trainExamples, step };
  const notices = [unfinished(run, soFar, "judged"), notice].filter((line) => line !== undefined);
  return {
    data,
    facts: factsOf(run, record, loaded, notices, options),
    checkpointSha256: `${loaded.sha256}${weights ? ` ${weights}` : ""}`,
    references: loaded.references?.shape[0],
    draws: record.config.task.dropoutDraws || undefined,
    predictor: async () => regressionPredictor(loaded, { device, threads }),
  };
}

function factsOf(
  run: string,
  { config, data }: RegressionRecord,
  { variables }: LoadedRegression,
  notices: readonly string[],
  { weights }: OpenRegressionOptions,
): RegressionFacts {
  const { training, settings, method, ...facts } = runFacts(run);
  const { imagesPerSecond: examplesPerSecond, ...times } = training;
  return {
    ...facts,
    // Whose answers are over draws of dropout is another method than the one that trained it.
    method: config.task.dropoutDraws > 0 ? "mc-dropout" : method,
    parameters: Object.values(variables.params).reduce((sum, array) => sum + array.data.length, 0),
    command: `anchored train --config ${run}/config.json`,
    loss: config.task.loss,
    targets: data.targets.names.map((name, i) => ({ name, standardDeviation: data.targets.standardDeviation[i] })),
    training: { ...times, examplesPerSecond },
    settings: { ...settings, ...(weights && { weights }) },
    ...(notices.length > 0 && { notices: [...notices] }),
  };
}

/**
 * The data that a run was trained on, wherever they lie now.
 * @throws UserError for data that are gone or, where nobody insists on them, not those of the training
 */
export async function loadRegressionRunData(
  run: string,
  record: RegressionRecord,
  options: Pick<OpenRegressionOptions, "dataDir" | "changedData" | keyof RegressionPlaces> = {},
): Promise<{ readonly data: RegressionData; readonly notice?: string }> {
  const { dataDir, csv, folder, table } = options;
  const data = await loadMovedRegressionData(run, record, { csv, folder, table }, { dataDir });
  return { data, notice: changed(run, record, data, options) };
}

/** @throws UserError for other training data, where nobody insists on them. */
function changed(
  run: string,
  { data: before }: RegressionRecord,
  { title, train }: RegressionData,
  { changedData }: OpenRegressionOptions,
): string | undefined {
  if (regressionFingerprint(train) === before.sha256) return undefined;
  const difference =
    train.count === before.trainExamples
      ? `as many training examples, ${train.count}, but other values or another split`
      : `${before.trainExamples} training examples then, ${train.count} now`;
  return insistOnData(`${run}: ${title}`, difference, { unit: "examples", changedData });
}
