import { eachBlock } from "./rows.ts";
import { ScoredBlock } from "./scored-block.ts";
import { type Fitting, type Scorer, UndefinedScore } from "./types.ts";

/** What a score's values are standardised by. */
export interface Standard {
  readonly mean: number;
  /** Of these images: divided by their number. */
  readonly spread: number;
}

/** [S][V] values of the validation images by each scorer. */
export async function validationValues(
  { width, classes, data }: Fitting,
  scorers: readonly Scorer[],
): Promise<Float64Array[]> {
  const { features, logits } = data.validation!;
  const values = scorers.map(() => new Float64Array(features.count));
  await eachBlock(features.count, async (from, to) => {
    const block = new ScoredBlock(await features.block(from, to), width, await logits!.block(from, to), classes);
    for (const [s, scorer] of scorers.entries()) values[s].set(await scorer(block), from);
  });
  return values;
}

/** @throws UndefinedScore where the values of the score `name` do not vary */
export function standardOf(name: string, values: Float64Array): Standard {
  const mean = meanOf(values);
  const spread = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  // Equal values have a mean that is rounded, and a spread of that.
  if (!(spread > 1e-12 * Math.abs(mean) && Number.isFinite(spread)))
    throw new UndefinedScore(`${name} does not vary over the validation images`);
  return { mean, spread };
}

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
