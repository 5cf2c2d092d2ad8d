import type { NumberRows } from "../feature-scores/rows.ts";
import { ScoredBlock } from "../feature-scores/scored-block.ts";
import { type FittedVerdict, smallestOf, standardised } from "./fit-verdict.ts";
import type { VerdictPart } from "./verdict-scores.ts";

/**
 * [N] what a fitted verdict says of a few images, larger = better known: those of combined logits [N, K] and features [N, D].
 * The class means are those of `fitted`, so no training image is needed.
 */
export function knownScores(
  { parts, means, spreads, classes: whitened }: FittedVerdict,
  {
    logits,
    features,
    classes,
  }: { readonly logits: NumberRows; readonly features: NumberRows; readonly classes: number },
): Float64Array {
  const count = logits.length / classes;
  const block = new ScoredBlock(features, features.length / count, logits, classes);
  const valuesOf = (part: VerdictPart): Float64Array => {
    const { energy, predicted } = block.softmax;
    if (part === "entropy") return block.negativeEntropy;
    if (part === "energy") return energy;
    if (part === "max-softmax") return energy.map((all, i) => block.logits[i * classes + predicted[i]] - all);
    return squaresToNearest(block.unit, whitened!).map((square) => -square);
  };
  const standards = means.map((mean, p) => ({ mean, spread: spreads[p] }));
  return smallestOf(standardised(standards, parts.map(valuesOf)));
}

/** [N] squared distance of rows [N, D] to the nearest of the places, along the axes. */
function squaresToNearest(rows: Float64Array, { origin, axes, places }: NonNullable<FittedVerdict["classes"]>) {
  const width = origin.length;
  const rank = axes.length / width;
  return Float64Array.from({ length: rows.length / width }, (_, i) => {
    const point = Float64Array.from({ length: rank }, (_, r) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (rows[i * width + d] - origin[d]) * axes[r * width + d];
      return sum;
    });
    let nearest = Number.POSITIVE_INFINITY;
    for (let c = 0; c < places.length; c += rank) {
      let square = 0;
      for (let r = 0; r < rank; r++) square += (point[r] - places[c + r]) ** 2;
      nearest = Math.min(nearest, square);
    }
    return nearest;
  });
}
