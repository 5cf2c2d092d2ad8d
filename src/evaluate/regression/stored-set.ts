import { z } from "zod";
import type { RegressionPredictions, RegressionTargets } from "./judged.ts";

export const regressionSetRoles = ["test", "validation", "shift"] as const;
/** What a set is for: judged inside or outside of the training's support, or what intervals are calibrated on. */
export type RegressionSetRole = (typeof regressionSetRoles)[number];

/** A model's answers on one set with what is right, all [N × D] in the targets' own units unless said otherwise. */
export interface StoredRegression extends RegressionPredictions {
  /** Set name, e.g. `cars/test`. */
  readonly set: string;
  /** [N × D × Q] of a model that is trained on quantiles. */
  readonly quantiles?: { readonly levels: readonly number[]; readonly values: Float64Array };
  readonly targets: RegressionTargets;
  /** [N] PAGER's Score1: errors of predicting references with the example in their place. */
  readonly reverse?: Float64Array;
}

export const storedRegressionSet = z.object({
  set: z.string(),
  role: z.enum(regressionSetRoles),
  /** The beginning of its file names. */
  slug: z.string().regex(/^[\w.-]+$/),
  /** N. */
  examples: z.number().int().positive(),
  /** D names. */
  targets: z.array(z.string()).min(1),
  /** Whether a `.std.npy` lies beside the means. */
  deviations: z.boolean(),
  /** Of `.quantiles.npy`; absent where there is none. */
  quantileLevels: z.array(z.number()).min(1).optional(),
  /** Whether a `.reverse.npy` lies beside the means. */
  reverse: z.boolean(),
  /** References, members or draws behind each answer, where it is known. */
  k: z.number().int().positive().optional(),
  /** Of the checkpoint that predicted; of an ensemble, of its members'. */
  checkpointSha256: z.string(),
  /** Of the examples and of how they were asked: equal keys and checkpoints give equal answers. */
  inputKey: z.string(),
});

/** A line of `predictions/index.json`: one set of examples that a run has predicted. */
export type StoredRegressionSet = z.infer<typeof storedRegressionSet>;
export type RegressionContext = Pick<StoredRegressionSet, "role" | "k" | "checkpointSha256" | "inputKey">;
