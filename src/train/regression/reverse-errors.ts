import { HostArray, type RegressionSet } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import type { TargetScale } from "../../tasks/index.ts";
import { encodedRows, type RegressionEncoder } from "./encoding.ts";

export interface KnownReferences {
  /** [R, C, H, W] standardised */
  readonly references: HostArray;
  /** [R, D] standardised */
  readonly referenceTargets: HostArray;
  readonly scale: TargetScale;
}

/** Examples that serve as references at a time. */
const AT_ONCE = 32;

/**
 * [N] PAGER's Score1 (Thiagarajan et al., ICML 2024): with the example x as the reference of each kept reference r, whose
 * target y is known, the largest L1 error ‖y − F([x, r − x])‖₁ over all r, in the targets' units.
 * @param predict inputs [R, …] under references [B, 1, …] → means [B × R × D] in the targets' units
 */
export async function reverseErrors(
  set: RegressionSet,
  { references, referenceTargets, scale }: KnownReferences,
  predict: (inputs: HostArray, references: HostArray) => Promise<Float64Array>,
  encoder: RegressionEncoder,
): Promise<Float64Array> {
  const [kept, D] = referenceTargets.shape;
  const known = Float64Array.from(
    { length: kept * D },
    (_, i) => scale.mean[i % D] + scale.standardDeviation[i % D] * (referenceTargets.data[i] as number),
  );
  const { errors } = await inBatches({ count: set.count, size: AT_ONCE }, async ({ rows }) => {
    const { shape, data } = encodedRows(encoder, set, rows);
    const asReferences = HostArray.float32([AT_ONCE, 1, ...shape.slice(1)], data as Float32Array);
    const means = await predict(references, asReferences);
    const errors = new Float64Array(AT_ONCE);
    for (let i = 0; i < AT_ONCE; i++)
      for (let r = 0; r < kept; r++) {
        let distance = 0;
        for (let d = 0; d < D; d++) distance += Math.abs(means[(i * kept + r) * D + d] - known[r * D + d]);
        errors[i] = Math.max(errors[i], distance);
      }
    return { errors: { shape: [AT_ONCE], data: errors } };
  });
  return errors?.data ?? new Float64Array();
}
