import type { Listener } from "../core/index.ts";
import type { RunConfig } from "../run/index.ts";
import { taskOf } from "../run/internal.ts";
import { taskTrainings } from "./tasks.ts";
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
  return taskTrainings[taskOf(config)].train(run, config, options);
}
