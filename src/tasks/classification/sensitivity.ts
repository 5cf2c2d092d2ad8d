import { permutation, Random } from "../../core/index.ts";
import { combineReferences } from "./combine.ts";
import { accuracyOf } from "./scores.ts";

/** How an anchored model answers under K references. */
export interface SensitivityPoint {
  readonly k: number;
  /** Over draws of the K references, in [0, 1]. */
  readonly accuracyMean: number;
  readonly accuracySd: number;
  /** Std over references of the sigmoids, mean over images and classes. */
  readonly spread: number;
}

/** 1, 2, 3, 5, 10, 20, 50, … up to what is kept, which comes last. */
export function referenceCounts(kept: number): number[] {
  const round = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500].filter((k) => k < kept);
  return [...round, kept];
}

/**
 * Accuracy and spread by the number of references, from the logits [N × K] under each of them: no new forward pass. The
 * mean and standard deviation are over random subsets of the references; all of them are one subset.
 */
export function referenceSensitivity(
  logitsByReference: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  { seed = 0, subsets = 10 } = {},
): SensitivityPoint[] {
  const kept = logitsByReference.length;
  return referenceCounts(kept).map((k) => {
    const draws = k === kept ? 1 : subsets;
    const measured = Array.from({ length: draws }, (_, draw) => {
      const chosen = permutation(kept, new Random("reference sensitivity", seed, k, draw)).subarray(0, k);
      const { logits, uncertainty } = combineReferences(Array.from(chosen, (row) => logitsByReference[row]));
      return {
        accuracy: accuracyOf({ logits, labels, classes }),
        spread: uncertainty.reduce((sum, std) => sum + std, 0) / uncertainty.length,
      };
    });
    const mean = (of: (one: (typeof measured)[number]) => number) =>
      measured.reduce((sum, one) => sum + of(one), 0) / draws;
    const accuracyMean = mean(({ accuracy }) => accuracy);
    const variance = draws > 1 ? (mean(({ accuracy }) => (accuracy - accuracyMean) ** 2) * draws) / (draws - 1) : 0;
    return { k, accuracyMean, accuracySd: Math.sqrt(variance), spread: mean(({ spread }) => spread) };
  });
}
