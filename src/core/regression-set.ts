import type { Images } from "./images.ts";

/** Named numbers of each example: the columns of a table. */
export interface NumberColumns {
  /** [D] */
  readonly names: readonly string[];
  /** [N × D] row-major, as they were given: not yet standardised. */
  readonly data: Float64Array;
}

/** What is seen of each example: an image of one size, or a row of numbers. */
export type RegressionInputs =
  | {
      readonly kind: "images";
      readonly height: number;
      readonly width: number;
      readonly channels: number;
      /** [N, H, W, C] uint8 */
      readonly images: Images;
    }
  | ({ readonly kind: "numbers" } & NumberColumns);

/** Examples of which numbers are to be predicted. */
export interface RegressionSet {
  /** What a report calls it, e.g. `cars/test`. */
  readonly name: string;
  /** N */
  readonly count: number;
  readonly inputs: RegressionInputs;
  readonly targets: NumberColumns;
}

/**
 * What a data set gives to a regression. Training never sees `test` or `shifts`; thresholds and conformal intervals come
 * from `validation`, which is held out of the training examples.
 */
export interface RegressionData {
  readonly name: string;
  /** What results must say beside the numbers, e.g. `Auto-MPG (vega-datasets)`. */
  readonly title: string;
  readonly train: RegressionSet;
  readonly validation: RegressionSet;
  readonly test: RegressionSet;
  /** Further test sets that lie outside of the training's support, e.g. the gap or the tail of the targets. */
  readonly shifts: readonly RegressionSet[];
}
