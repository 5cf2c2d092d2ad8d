import { loadReported } from "../../data/internal.ts";
import type { RunConfig } from "../../run/index.ts";
import { dataOptions } from "../data-options.ts";
import { atLength } from "../group/at-length.ts";
import { alone } from "../group/group.ts";
import { movedData } from "../run-data.ts";
import type { TrainRunOptions } from "../train-run.ts";
import type { TrainSummary } from "../training.ts";
import type { ContrastiveRecord } from "./record.ts";
import { trainContrastive } from "./train.ts";

/** As `trainRun`, of a dual encoder. */
export async function trainContrastiveRun(
  run: string,
  config: RunConfig,
  { dataDir, onReading, ...others }: TrainRunOptions,
): Promise<TrainSummary> {
  const dataSet = await atLength(others.group ?? alone, async () => {
    if (others.resume) movedData(run, config, {});
    return loadReported(dataOptions(config, dataDir), { onProgress: onReading, onNotice: others.onNotice });
  });
  return trainContrastive(config as ContrastiveRecord["config"], dataSet, { run, ...others });
}
