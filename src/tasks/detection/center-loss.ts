import { nn, numpy as np } from "@jax-js/jax";
import type { MapShape } from "./center-targets.ts";
import type { DetectionOptions } from "./options.ts";

/** Heat is kept from 0 and 1, of the released code. */
const LEAST_HEAT = 1e-4;

/**
 * Traced: outputs [N, (K + 4)·h·w] and targets [N, (K + 5)·h·w] → what CenterNet minimises (Zhou et al. 2019, equations 1 to 4), summed
 * over the N images and divided by N times `objectsPerExample`: the focal loss of heat with exponents 2 and 4, and the L1
 * distance of offsets, and of widths and heights, at the centres alone.
 * @param objectsPerExample scalar, at least one object over the whole batch: where there are none, their number is taken as 1
 */
export function centerLoss(
  outputs: np.Array,
  targets: np.Array,
  objectsPerExample: np.Array,
  { classes, rows, columns }: MapShape,
  { offsetWeight, sizeWeight }: Pick<DetectionOptions, "offsetWeight" | "sizeWeight">,
): np.Array {
  const [count] = outputs.shape;
  const cells = rows * columns;
  const [heat, offset, size] = np.split(np.reshape(outputs, [count, classes + 4, cells]), [classes, classes + 2], 1);
  const [wantedHeat, wantedOffset, wantedSize, isCenter] = np.split(
    np.reshape(targets, [count, classes + 5, cells]),
    [classes, classes + 2, classes + 4],
    1,
  );
  const distance = (given: np.Array, wanted: np.Array, weight: number) =>
    np.multiply(np.sum(np.multiply(np.abs(np.subtract(given, wanted)), isCenter.ref)), weight);
  const sum = np.add(
    focalLoss(heat, wantedHeat),
    np.add(distance(offset, wantedOffset, offsetWeight), distance(size, wantedSize, sizeWeight)),
  );
  isCenter.dispose();
  return np.divide(sum, np.multiply(objectsPerExample, count));
}

/** −Σ (1 − p)² log p at centres, −Σ (1 − Y)⁴ p² log(1 − p) elsewhere, of logits and heat Y of the same shape. */
function focalLoss(logits: np.Array, wanted: np.Array): np.Array {
  const p = np.clip(nn.sigmoid(logits), LEAST_HEAT, 1 - LEAST_HEAT);
  const absent = np.subtract(1, p.ref);
  const isCenter = np.equal(wanted.ref, 1).astype(np.float32);
  const atCenters = np.multiply(isCenter, np.multiply(np.square(absent.ref), np.log(p.ref)));
  // Nothing at centres, where 1 − Y is 0.
  const far = np.square(np.square(np.subtract(1, wanted)));
  const elsewhere = np.multiply(far, np.multiply(np.square(p), np.log(absent)));
  return np.negative(np.sum(np.add(atCenters, elsewhere)));
}
