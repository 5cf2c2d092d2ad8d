import { HostArray, type HostArrays, type Random, UserError } from "../core/index.ts";
import { counted } from "../core/internal.ts";
import type { RunConfig, SwagMoments } from "../run/index.ts";

type SwagOptions = NonNullable<RunConfig["swag"]>;

/** Whether a step, counted from 0, belongs to the last part of the training, whose weights are collected. */
export const isCollecting = ({ from }: Pick<SwagOptions, "from">, step: number, totalSteps: number): boolean =>
  step >= from * totalSteps;

/**
 * The moments with the weights of one more epoch: mean and variance by Welford's updates, which are the mean of the squares less the
 * square of the mean without their cancellation, and the last `rank` deviations, each from the mean of its time.
 */
export function collected(before: SwagMoments | undefined, params: HostArrays, rank: number): SwagMoments {
  const snapshots = (before?.snapshots ?? 0) + 1;
  const [mean, variance, deviation]: HostArrays[] = [{}, {}, {}];
  for (const [name, { shape, data }] of Object.entries(params)) {
    const [means, variances, deviations] = [mean, variance, deviation].map((arrays) => {
      arrays[name] = HostArray.zeros(shape);
      return arrays[name].data;
    });
    const [oldMean, oldVariance] = [before?.mean[name].data, before?.variance[name].data];
    for (let i = 0; i < data.length; i++) {
      const value = data[i] as number;
      const old = Number(oldMean?.[i] ?? 0);
      const now = old + (value - old) / snapshots;
      means[i] = now;
      variances[i] = (Number(oldVariance?.[i] ?? 0) * (snapshots - 1) + (value - old) * (value - now)) / snapshots;
      deviations[i] = value - now;
    }
  }
  return { snapshots, mean, variance, deviations: [...(before?.deviations ?? []), deviation].slice(-rank) };
}

/** Of variances, as the authors clamp them. */
const SMALLEST_VARIANCE = 1e-30;

/**
 * Weights drawn of the Gaussian of these moments (Maddox et al. 2019, equation 1, with `scale` ½):
 * θ̄ + √scale · (σ ∘ ε₁ + D ε₂ / √(R − 1)) of R deviations D and standard normal ε.
 * @throws UserError for fewer than 2 snapshots
 */
export function drawnWeights(
  { snapshots, mean, variance, deviations }: SwagMoments,
  scale: number,
  random: Random,
): HostArrays {
  const rank = deviations.length;
  if (rank < 2)
    throw new UserError(
      `swag: ${counted(snapshots, "snapshot")} ${snapshots === 1 ? "is" : "are"} collected, and at least 2 are needed; train the run to its end`,
    );
  const along = deviations.map(() => random.normal() / Math.sqrt(rank - 1));
  const factor = Math.sqrt(scale);
  return Object.fromEntries(
    Object.entries(mean).map(([name, { shape, data }]) => {
      const spread = variance[name].data as Float32Array;
      const own = deviations.map((arrays) => arrays[name].data as Float32Array);
      const drawn = Float32Array.from(data as Float32Array, (centre, i) => {
        const diagonal = Math.sqrt(Math.max(spread[i], SMALLEST_VARIANCE)) * random.normal();
        return centre + factor * own.reduce((sum, deviation, r) => sum + along[r] * deviation[i], diagonal);
      });
      return [name, HostArray.float32(shape, drawn)];
    }),
  );
}
