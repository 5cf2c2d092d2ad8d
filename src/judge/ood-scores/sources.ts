import { type StoredPredictions, UserError } from "../../core/index.ts";
import type { FeatureData, ForeignGroup, Rows } from "../../evaluate/index.ts";
import { NpyRows, realTypes } from "../../files/internal.ts";

/** One image set as scores see it. Predictions are read when they are needed, features block by block. */
export interface ScoredSource {
  readonly set: string;
  readonly group?: ForeignGroup;
  readonly predictions: () => StoredPredictions;
  readonly features?: Rows;
}

/** Corrupted images of known classes. */
export interface CorruptedSource extends ScoredSource {
  readonly severity: number;
}

/** All that scores are fitted on and judged by. */
export interface ScoreSources {
  readonly data: FeatureData;
  readonly test: ScoredSource;
  /** Known images that thresholds, and parameters, are chosen by. */
  readonly validation?: ScoredSource;
  /** Shifted images of known classes. */
  readonly shifts: readonly ScoredSource[];
  readonly foreign: readonly ScoredSource[];
  /** Corrupted test images, which must stay known, too. */
  readonly corrupted?: readonly CorruptedSource[];
  /** Some of all corrupted images, asked as the test images were. */
  readonly corruptedSample?: ScoredSource;
  /** Whether the verdict is measured, too. */
  readonly verdict: boolean;
  /** Foreign images that parameters are chosen by, and nothing is judged by. */
  readonly oodValidation?: ScoredSource;
}

/** Rows of numbers in a `.npy` file, read block by block. Close it by `close`. */
export interface FileRows extends Rows {
  readonly path: string;
  close(): void;
}

/**
 * @throws UserError for a file that is missing, damaged, of other numbers or of other than two axes; when a block is read,
 * for a value that is not finite.
 */
export function fileRows(path: string): FileRows {
  const file = new NpyRows(path, ...realTypes);
  return {
    path,
    count: file.rows,
    width: file.width,
    block(from, to) {
      const values = file.read(from, to - from);
      for (let i = 0; i < values.length; i++)
        if (!Number.isFinite(values[i]))
          throw new UserError(
            `${path}: column ${i % file.width} of row ${from + Math.floor(i / file.width)} is ${values[i]}, not a finite number; leave that row out`,
          );
      return values;
    },
    close: () => file[Symbol.dispose](),
  };
}
