import type { ImageSet, Listener } from "../core/index.ts";
import { loadReported } from "../data/internal.ts";
import type { RunConfig } from "../run/index.ts";
import { train } from "./classification.ts";
import { dataOptions } from "./data-options.ts";
import { atLength } from "./group/at-length.ts";
import { alone } from "./group/group.ts";
import { findPretraining, wantsPretrainingImages } from "./pretraining.ts";
import { movedData } from "./run-data.ts";
import type { TrainRunOptions } from "./train-run.ts";
import type { TrainOptions, TrainSummary } from "./training.ts";

/** As `trainRun`, of a classification. */
export async function trainClassificationRun(
  run: string,
  config: RunConfig,
  { dataDir, onReading, ...others }: TrainRunOptions,
): Promise<TrainSummary> {
  const reading = { dataDir, onProgress: onReading, onNotice: others.onNotice };
  const { dataSet, pretrainingImages } = await atLength(others.group ?? alone, async () => {
    if (others.resume) movedData(run, config, {});
    return {
      dataSet: await loaded(config, reading),
      pretrainingImages: await loadPretrainingImages(run, config, { ...reading, resume: others.resume }),
    };
  });
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

const loaded = (config: Pick<RunConfig, "data">, { dataDir, ...listener }: Reading) =>
  loadReported(dataOptions(config, dataDir), listener);
