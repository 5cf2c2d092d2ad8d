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
  const { task, ...own } = config as ContrastiveRecord["config"];
  const listener = { onProgress: onReading, onNotice: others.onNotice };
  const { dataSet, pool } = await atLength(others.group ?? alone, async () => {
    if (others.resume) movedData(run, config, {});
    const load = (data: RunConfig["data"]) => loadReported(dataOptions({ data }, dataDir), listener);
    const dataSet = await load(own.data);
    return { dataSet, pool: task.retrievedWeight > 0 ? (await load(poolData(own, task))).train : undefined };
  });
  return trainContrastive({ task, ...own }, dataSet, { run, pool, onReading, ...others });
}

/** The data of the run but for what the pool says itself; all its own where it names another data set, at the size of the run's images. */
function poolData(
  { data }: Pick<RunConfig, "data">,
  { pool = {} }: ContrastiveRecord["config"]["task"],
): RunConfig["data"] {
  const name = pool.name ?? (pool.folder === undefined ? data.name : "folder");
  const { imageSize, seed } = data;
  return { ...(name === data.name ? data : { imageSize, seed }), ...pool, name };
}
