import type { z } from "zod";
import type { NumberColumns, Progress, RegressionInputs } from "../../core/index.ts";

/** What loading needs besides the options, which alone decide what is loaded. */
export interface RegressionContext {
  /** Root of the caches of decoded images; `defaultDataDir` where absent. */
  readonly dataDir?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** One line that the user should see, e.g. how many rows were left out. */
  readonly onNotice?: (line: string) => void;
}

export interface ResolvedContext extends RegressionContext {
  readonly dataDir: string;
}

/** N examples, not yet split. */
export interface Examples {
  readonly count: number;
  readonly inputs: RegressionInputs;
  readonly targets: NumberColumns;
}

/** What a data set reads or makes. */
export interface LoadedExamples extends Examples {
  /** What results must say, e.g. `cars.json: Miles_per_Gallon`. */
  readonly title: string;
  /** What the names of its sets begin with: `cars` in `cars/test`. */
  readonly stem: string;
  /**
   * [N] the set that an example belongs to: `train`, `validation`, `test` or the name of a further shift set; undefined
   * where the seed decides. The seed decides for all where absent.
   */
  readonly parts?: readonly (string | undefined)[];
}

/** One data set: a line of `regressionDataTable`. */
export interface RegressionDataSet<Schema extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  readonly description: string;
  /** Where the examples come from. */
  readonly source: string;
  /** Every option with its range and default: a strict object that holds `splitFields`. */
  readonly options: Schema;
  load(options: z.output<Schema>, context: ResolvedContext): Promise<LoadedExamples>;
}

/** Checks that `load` takes what `options` gives, and keeps the options' type. */
export const regressionDataSet = <Schema extends z.ZodObject>(entry: RegressionDataSet<Schema>) => entry;
