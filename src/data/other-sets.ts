import type { ImageSet } from "../core/index.ts";
import { defaultDataDir } from "./directory.ts";
import type { DataOptions, DataSetEntry } from "./entry.ts";
import { dataSetEntry, dataSetNames } from "./index.ts";

/** The data set that has a set of this name beside its classes; undefined where none has. */
export const ownerOf = (set: string): string | undefined =>
  dataSetNames.find((name) => Object.hasOwn(dataSetEntry(name).others ?? {}, set));

/** Names of all such sets. */
export const otherSetNames = (): string[] =>
  dataSetNames.flatMap((name) => Object.keys(dataSetEntry(name).others ?? {}));

/** Images of a data set that are of none of its classes, drawn as these options say. */
export function loadOtherSet(set: string, options: DataOptions): Promise<ImageSet> {
  const { others }: DataSetEntry = dataSetEntry(options.name);
  const { dataDir = defaultDataDir(), validationFraction = 0.1 } = options;
  return others![set]({ ...options, dataDir, validationFraction });
}
