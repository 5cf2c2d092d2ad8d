import type { ImageSet, Listener } from "../core/index.ts";
import { loadDataSet, loadRegressionData, type RegressionDataOptions } from "../data/index.ts";
import type { RunConfig } from "../run/index.ts";
import { train } from "./classification.ts";
import { dataOptions } from "./data-options.ts";
import { findPretraining, wantsPretrainingImages } from "./pretraining.ts";
import { movedRegressionData, trainRegression } from "./regression/index.ts";
import { movedData } from "./run-data.ts";
import type { TrainOptions, TrainSummary } from "./training.ts";

export interface TrainRunOptions extends Omit<TrainOptions, "run" | "pretrainingImages"> {
  /** Where data sets lie; the user's cache folder where absent. */
  readonly dataDir?: string;
  /** Of reading the images, before training. */
  readonly onReading?: Listener["onProgress"];
}

/**
 * Loads the data that a config names, then trains on it.
 * @throws UserError as `loadDataSet` and `train` do
 * @example await trainRun("runs/mine", resolveConfig({ data: { name: "emoji" }, method: { name: "anchored" } }));
 */
export async function trainRun(run: string, config: RunConfig, options: TrainRunOptions = {}): Promise<TrainSummary> {
  const { dataDir, onReading, ...others } = options;
  const reading = { dataDir, onProgress: onReading, onNotice: others.onNotice };
  if (config.task) {
    if (others.resume) movedRegressionData(run, config);
    const data = await loadRegressionData(config.data as RegressionDataOptions, reading).finally(() =>
      onReading?.(undefined),
    );
    return trainRegression(config, data, { run, ...others });
  }
  if (others.resume) movedData(run, config, {});
  const dataSet = await loaded(config, reading);
  const pretrainingImages = await loadPretrainingImages(run, config, { ...reading, resume: others.resume });
  return train(config, dataSet, { run, ...others, pretrainingImages });
}

interface Reading extends Listener {
  readonly dataDir?: string;
}

/**
 * The training images of the run that `init` names, where references are drawn from them.
 * @example
 * const pretrainingImages = await loadPretrainingImages(run, config, {});
 * await train(config, dataSet, { run, pretrainingImages });
 */
export async function loadPretrainingImages(
  run: string,
  config: RunConfig,
  { resume, ...reading }: Reading & Pick<TrainOptions, "resume">,
): Promise<ImageSet | undefined> {
  if (!wantsPretrainingImages(config)) return undefined;
  const pretraining = findPretraining(config, { run, resume });
  return pretraining && (await loaded(pretraining, reading)).train;
}

const loaded = (config: Pick<RunConfig, "data">, { dataDir, onProgress, onNotice }: Reading) =>
  loadDataSet({ ...dataOptions(config, dataDir), onProgress, onNotice }).finally(() => onProgress?.(undefined));
