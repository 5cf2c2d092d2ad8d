import { UserError } from "../../core/index.ts";

/**
 * PAGER's first score of manifold non-conformity (Thiagarajan et al., ICML 2024): max over references r of
 * ‖y_r − F([x, r − x])‖₁. The roles are swapped: the query x is the reference, and the model is asked for the target of r,
 * which is known. No target of x is needed. Targets of different units should be standardised before.
 * @param reverse for each reference the predictions [N × D] of its target from every query
 * @param referenceTargets [R × D]
 * @returns [N], in units of the targets
 * @throws UserError where shapes disagree, or a value is not a finite number.
 * @example
 * const byReference = [Float64Array.of(1.2, 0.4), Float64Array.of(1.0, 0.6)]; // of each example, in units of the target
 * const score = reverseScore(byReference, Float64Array.of(1, 0.5), 1); // [N] how badly references are predicted from it
 */
export function reverseScore(
  reverse: readonly (Float64Array | Float32Array)[],
  referenceTargets: Float64Array | Float32Array,
  dimensions: number,
): Float64Array {
  if (reverse.length === 0 || referenceTargets.length !== reverse.length * dimensions)
    throw new UserError(
      `reverse predictions: ${reverse.length} references, but ${referenceTargets.length} target values of ${dimensions} targets each; give one row per reference, at least one`,
    );
  const size = reverse[0].length;
  const worst = new Float64Array(size / dimensions);
  for (const [reference, predicted] of reverse.entries()) {
    if (predicted.length !== size || size % dimensions !== 0)
      throw new UserError(
        `reverse predictions: ${predicted.length} values of reference ${reference}, ${size} of reference 0; each must be [examples, ${dimensions}]`,
      );
    for (let example = 0; example < worst.length; example++) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++)
        distance += Math.abs(referenceTargets[reference * dimensions + d] - predicted[example * dimensions + d]);
      if (!Number.isFinite(distance))
        throw new UserError(`reverse predictions: reference ${reference}, example ${example} has no finite distance`);
      worst[example] = Math.max(worst[example], distance);
    }
  }
  return worst;
}
