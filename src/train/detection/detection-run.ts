import { type DetectionDataOptions, loadDetectionData } from "../../data/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { atLength } from "../group/at-length.ts";
import { alone } from "../group/group.ts";
import type { TrainRunOptions } from "../train-run.ts";
import type { TrainSummary } from "../training.ts";
import { trainDetection } from "./train.ts";

/** As `trainRun`, of a detector. */
export async function trainDetectionRun(
  run: string,
  config: RunConfig,
  { dataDir, onReading, ...others }: TrainRunOptions,
): Promise<TrainSummary> {
  const reading = { dataDir, onProgress: onReading, onNotice: others.onNotice };
  const dataSet = await atLength(others.group ?? alone, async () =>
    loadDetectionData(config.data as DetectionDataOptions, reading).finally(() => onReading?.(undefined)),
  );
  return trainDetection(config, dataSet, { run, ...others });
}
