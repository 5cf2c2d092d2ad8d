import { z } from "zod";
import type { RegressionCard } from "./card.ts";
import type { RegressorAnswers } from "./open-regressor.ts";

/** What is said of one target of one example, in the target's own units. */
export const targetAnswer = z.object({
  mean: z.number(),
  standardDeviation: z.number().optional().describe("absent for models that give none"),
  lower: z.number().optional().describe("lower end of the conformal interval; absent for models made without"),
  upper: z.number().optional(),
  quantiles: z.record(z.string(), z.number()).optional().describe("by level; absent for models not trained on them"),
});
export type TargetAnswer = Readonly<z.infer<typeof targetAnswer>>;

/**
 * The answers for the example at `row`, by target.
 * @example
 * const regressor = await openRegression("cars.onnx");
 * const answers = await regressor.predict(Float32Array.of(130, 3504, 8)); // one row of its inputs
 * console.log(targetAnswersAt(answers, 0, regressor.card)); // by the names of the targets
 */
export function targetAnswersAt(
  { mean, standardDeviation, lower, upper, quantiles }: RegressorAnswers,
  row: number,
  { targets: { names }, levels = [] }: Pick<RegressionCard, "targets" | "levels">,
): Readonly<Record<string, TargetAnswer>> {
  const answers = names.map((name, d): [string, TargetAnswer] => {
    const at = row * names.length + d;
    const answer = {
      mean: mean[at],
      ...(standardDeviation && { standardDeviation: standardDeviation[at] }),
      ...(lower && upper && { lower: lower[at], upper: upper[at] }),
      ...(quantiles && {
        quantiles: Object.fromEntries(levels.map((level, q) => [level, quantiles[at * levels.length + q]])),
      }),
    };
    return [name, answer];
  });
  return Object.fromEntries(answers);
}
