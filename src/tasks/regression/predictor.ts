import type { RegressionSet } from "../../core/index.ts";

/** Outputs of one model on one set, in the targets' own units: all that metrics and reports ever see of it. */
export interface RegressionAnswers {
  /** Set name, e.g. `cars/test`. */
  readonly set: string;
  /** [N × D] row-major; of an anchored model the mean over its references, of an ensemble the mean over its members. */
  readonly mean: Float64Array;
  /**
   * [N × D]: the standard deviation over references, members or dropout draws, and of a Gaussian likelihood with that of the
   * noise (√(mean variance + variance of means)); absent for models that give none.
   */
  readonly standardDeviation?: Float64Array;
  /** [N × D × Q] of a model that is trained on quantiles. */
  readonly quantiles?: { readonly levels: readonly number[]; readonly values: Float64Array };
}

/** Predicts sets of examples. */
export interface RegressionPredictor {
  predict(
    set: RegressionSet,
    options?: { readonly k?: number; readonly onProgress?: (at: { done: number; total: number }) => void },
  ): Promise<RegressionAnswers>;
  /**
   * PAGER's Score1 [N]: the largest L1 error, over the references that the run keeps with their targets, of predicting the
   * reference with the example in its place. Absent for models without references.
   */
  reverseErrors?(set: RegressionSet): Promise<Float64Array>;
  dispose(): Promise<void>;
}
