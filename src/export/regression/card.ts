import { z } from "zod";
import { UserError } from "../../core/index.ts";
import { intervalMethods } from "../../evaluate/index.ts";
import { parseCard, REGRESSION_FORMAT } from "../card.ts";

const numbers = z.array(z.number());
const names = z.array(z.string()).min(1);
/** Of the training examples, in the column's own units; done inside the file. */
const standardised = { names, mean: numbers, standardDeviation: numbers };

const conformal = z.object({
  /** Share of the targets that should lie between `lower` and `upper`. */
  level: z.number(),
  /** What is widened: the mean by one width, the mean by multiples of the standard deviation, or a pair of quantiles. */
  method: z.enum(intervalMethods),
  /** [D] in the target's units; `normalised`: in standard deviations. */
  margins: numbers,
  /** `cqr`: the pair of levels. */
  levels: z.tuple([z.number(), z.number()]).optional(),
  /** Validation examples that it was calibrated on. */
  examples: z.int(),
});
/** How `lower` and `upper` are made. */
export type IntervalCard = Readonly<z.infer<typeof conformal>>;

/** The schema of `RegressionCard`. */
export const regressionCard = z.object({
  format: z.literal(REGRESSION_FORMAT),
  /** What to call the model, e.g. `mlp anchored on cars.json: Miles_per_Gallon`. */
  name: z.string(),
  inputs: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("numbers"),
      ...standardised,
      /** Columns of a table that became columns `name=value` of 0 and 1. */
      categorical: z.array(z.string()),
    }),
    z.object({
      kind: z.literal("images"),
      height: z.int(),
      width: z.int(),
      channels: z.int(),
      /** Per channel, in [0, 1]. */
      normalization: z.object({ mean: numbers, std: numbers }),
    }),
  ]),
  targets: z.object(standardised),
  /** What was minimised. */
  loss: z.enum(["squared", "l1", "gaussian", "quantile"]),
  /** Of `quantiles`, rising; absent where there are none. */
  levels: numbers.optional(),
  /** Whether there is a `standard_deviation`. */
  standardDeviation: z.boolean(),
  conformal: conformal.optional(),
  model: z.string(),
  method: z.string(),
  /** R; 0 for methods without. */
  references: z.int(),
  /** What weights and references are stored in; everything is computed in float32. */
  precision: z.enum(["float32", "float16"]),
  /** The averaged weights of the run, or those of its last step. */
  weights: z.enum(["raw", "average"]),
  /** Title of the data set that the model was trained on. */
  data: z.string(),
  trainExamples: z.int(),
  parameters: z.int(),
});

/** All that is told of an exported regression; it stands in its `metadata_props`, a key each. */
export type RegressionCard = Readonly<z.infer<typeof regressionCard>>;

/** @throws UserError for a file that `anchored export` has not written, or not of a regression. */
export function regressionCardFrom(metadata: Readonly<Record<string, string>>, file: string): RegressionCard {
  if (metadata.format !== REGRESSION_FORMAT)
    throw new UserError(`${file}: no exported regression (its metadata lacks format ${REGRESSION_FORMAT})`);
  return parseCard(regressionCard, metadata, file);
}
