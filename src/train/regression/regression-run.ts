import { loadRegressionData, type RegressionDataOptions } from "../../data/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { atLength } from "../group/at-length.ts";
import { alone } from "../group/group.ts";
import type { TrainRunOptions } from "../train-run.ts";
import type { TrainSummary } from "../training.ts";
import { movedRegressionData } from "./run-data.ts";
import { trainRegression } from "./train.ts";

/** As `trainRun`, of a regression. */
export async function trainRegressionRun(
  run: string,
  config: RunConfig,
  { dataDir, onReading, ...others }: TrainRunOptions,
): Promise<TrainSummary> {
  const reading = { dataDir, onProgress: onReading, onNotice: others.onNotice };
  const data = await atLength(others.group ?? alone, async () => {
    if (others.resume) movedRegressionData(run, config);
    return loadRegressionData(config.data as RegressionDataOptions, reading).finally(() => onReading?.(undefined));
  });
  return trainRegression(config, data, { run, ...others });
}
