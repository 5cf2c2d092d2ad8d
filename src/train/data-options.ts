import { type DataOptions, defaultDataDir } from "../data/index.ts";
import type { RunConfig } from "../run/index.ts";

/**
 * What `loadDataSet` is asked for a run.
 * @example await loadDataSet(dataOptions(readRun("runs/cifar").config, "~/data"));
 */
export const dataOptions = ({ data }: Pick<RunConfig, "data">, dataDir?: string): DataOptions => ({
  ...(data as object as DataOptions),
  seed: (data as { seed?: number }).seed ?? 0,
  dataDir: dataDir ?? defaultDataDir(),
});
