import type { DataSet, Listener } from "../core/index.ts";
import type { DataOptions } from "./entry.ts";
import { loadDataSet } from "./index.ts";

/** As `loadDataSet`, told to a listener, who hears when it has ended, too. */
export const loadReported = (options: DataOptions, { onProgress, onNotice }: Listener = {}): Promise<DataSet> =>
  loadDataSet({ ...options, onProgress, onNotice }).finally(() => onProgress?.(undefined));
