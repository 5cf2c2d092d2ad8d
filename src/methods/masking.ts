import { HostArray, type Random, UserError } from "../core/index.ts";

/** When, and how much at a time, references are masked. */
export interface MaskingOptions {
  /** α: the share of batches (`maskBy: "image"`: of images) that are trained with the reference masked. */
  readonly maskProbability: number;
  /** The share of training up to which nothing is masked; default 0. */
  readonly maskFrom?: number;
  /** The share of training at which α, rising linearly from 0 at `maskFrom`, is reached; default `maskFrom`, a step. */
  readonly maskTo?: number;
  /**
   * `batch` (default), as the paper and its code: all images of a batch or none. `image`: each by itself, so that masked
   * and unmasked images share BatchNorm's statistics, and every batch has about the same share of them.
   */
  readonly maskBy?: "batch" | "image";
  /**
   * P, which divides the batch; default 1. Each P-th of a batch is masked by a draw of its own, as P processes of data-parallel
   * training draw in the released code.
   */
  readonly maskDraws?: number;
  /** Side in pixels of the central square that a masked reference keeps, less than the image's; default 0. */
  readonly maskKeep?: number;
  /** Which batches move BatchNorm's running statistics; default as `maskStatisticsOf` says. */
  readonly maskStatistics?: MaskStatistics;
}

/**
 * `ordinary`: batches whose reference is shown, so that prediction, which never masks, normalises by statistics of what it
 * is shown. `all`: masked ones too, as the released code has it.
 * @example
 * console.log(maskStatistics); // which images move BatchNorm's statistics where references are masked
 */
export const maskStatistics = ["ordinary", "all"] as const;
export type MaskStatistics = (typeof maskStatistics)[number];

/** Whether masked and unmasked images share a batch, and with it the statistics that they are normalised by. */
const isMixed = ({ maskBy, maskDraws = 1 }: Pick<MaskingOptions, "maskBy" | "maskDraws">) =>
  maskBy === "image" || maskDraws > 1;

/** `ordinary`, but `all` where masked images share a batch with others. */
export const maskStatisticsOf = (
  options: Pick<MaskingOptions, "maskBy" | "maskDraws" | "maskStatistics">,
): MaskStatistics => options.maskStatistics ?? (isMixed(options) ? "all" : "ordinary");

/** @throws UserError for α outside [0, 1], a rise that ends before it starts, and options that exclude each other. */
export function checkMasking(options: MaskingOptions): void {
  const { maskProbability, maskFrom = 0, maskTo = maskFrom, maskDraws = 1 } = options;
  if (!(maskProbability >= 0 && maskProbability <= 1))
    throw new UserError(
      `method.maskProbability ${maskProbability}: outside [0, 1]; it is the share of masked batches, e.g. 0.25`,
    );
  if (!(maskTo >= maskFrom))
    throw new UserError(
      `method.maskTo ${maskTo}: before method.maskFrom ${maskFrom}; α rises from there, so use at least that`,
    );
  if (options.maskBy === "image" && maskDraws > 1)
    throw new UserError(
      `method.maskDraws ${maskDraws}: method.maskBy image draws for every image already; leave one of them out`,
    );
  if (isMixed(options) && options.maskStatistics === "ordinary")
    throw new UserError(
      `method.maskStatistics ordinary: with ${options.maskBy === "image" ? "method.maskBy image" : `method.maskDraws ${maskDraws}`} masked images share batches with others, so that hardly one is ordinary; use all, and \`anchored recalibrate\` after training`,
    );
}

/** α at a share of the training done, in [0, 1]. */
export function maskProbabilityAt(
  { maskProbability, maskFrom = 0, maskTo = maskFrom }: MaskingOptions,
  progress: number,
): number {
  if (progress >= maskTo) return maskProbability;
  return progress <= maskFrom ? 0 : (maskProbability * (progress - maskFrom)) / (maskTo - maskFrom);
}

/** 1 where the reference is masked, else 0: a scalar for the batch; [N, 1, 1, 1] where its images may differ. */
export function drawMask(options: MaskingOptions, count: number, progress: number, random: Random): HostArray {
  const probability = maskProbabilityAt(options, progress);
  const draw = () => (random.uniform() < probability ? 1 : 0);
  if (!isMixed(options)) return HostArray.scalar(draw());
  const draws = Array.from({ length: options.maskBy === "image" ? count : (options.maskDraws ?? 1) }, draw);
  const ofImage = (_: unknown, image: number) => draws[Math.floor((image * draws.length) / count)];
  return HostArray.float32([count, 1, 1, 1], Float32Array.from({ length: count }, ofImage));
}

/** Targets [N × T] with every entry of those of masked examples made `neutral`. */
export function neutralWhereMasked(
  targets: Float32Array,
  mask: HostArray,
  { size, neutral }: { readonly size: number; readonly neutral: number },
): Float32Array {
  const isMasked = (example: number) => mask.data[mask.data.length === 1 ? 0 : example] === 1;
  return targets.map((target, i) => (isMasked(Math.floor(i / size)) ? neutral : target));
}
