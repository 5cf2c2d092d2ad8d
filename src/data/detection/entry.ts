import type { z } from "zod";
import type { ImageSet, Progress } from "../../core/index.ts";
import type { DataSetEntry } from "../entry.ts";

/** What loading needs besides the options, which alone decide what is loaded. */
export interface DetectionContext {
  /** Root of the caches of drawings and decoded images; `defaultDataDir` where absent. */
  readonly dataDir?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** One line that the user should see, e.g. how many boxes were left out. */
  readonly onNotice?: (line: string) => void;
}

export interface ResolvedDetectionContext extends DetectionContext {
  readonly dataDir: string;
}

/** What a data set reads or makes: images with boxes. Without `validation`, a part of `train` is held out. */
export interface LoadedScenes {
  /** What results must say, e.g. `instances_val2017.json`. */
  readonly title: string;
  readonly train: ImageSet;
  readonly validation?: ImageSet;
  readonly test: ImageSet;
  readonly shifts: readonly ImageSet[];
}

/** One data set: a line of `detectionDataTable`. */
export interface DetectionDataSet<Schema extends z.ZodObject = z.ZodObject>
  extends Pick<DataSetEntry, "augment" | "background"> {
  readonly title: string;
  readonly description: string;
  /** Where the images come from. */
  readonly source: string;
  /** Every option with its range and default: a strict object that holds `seed` and `validationFraction`. */
  readonly options: Schema;
  load(options: z.output<Schema>, context: ResolvedDetectionContext): Promise<LoadedScenes>;
}

/** Checks that `load` takes what `options` gives, and keeps the options' type. */
export const detectionDataSet = <Schema extends z.ZodObject>(entry: DetectionDataSet<Schema>) => entry;
