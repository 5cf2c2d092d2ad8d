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
  /** Which batches move BatchNorm's running statistics; default as `maskStatisticsOf` says. */
  readonly maskStatistics?: MaskStatistics;
}

/**
 * `ordinary`: batches whose reference is shown, so that prediction, which never masks, normalises by statistics of what it
 * is shown. `all`: masked ones too, as the released code has it.
 */
export const maskStatistics = ["ordinary", "all"] as const;
export type MaskStatistics = (typeof maskStatistics)[number];

/** `ordinary`, but `all` where single images are masked: those share a batch, and its statistics, with others. */
export const maskStatisticsOf = ({ maskBy, maskStatistics }: Pick<MaskingOptions, "maskBy" | "maskStatistics">) =>
  maskStatistics ?? (maskBy === "image" ? "all" : "ordinary");

/** @throws UserError for α outside [0, 1], a rise that ends before it starts, and statistics that no batch has. */
export function checkMasking(options: MaskingOptions): void {
  const { maskProbability, maskFrom = 0, maskTo = maskFrom } = options;
  if (!(maskProbability >= 0 && maskProbability <= 1))
    throw new UserError(
      `--mask-probability ${maskProbability}: outside [0, 1]; it is the share of masked batches, e.g. 0.25`,
    );
  if (!(maskTo >= maskFrom))
    throw new UserError(
      `--mask-to ${maskTo}: before --mask-from ${maskFrom}; α rises from there, so use at least that`,
    );
  if (options.maskBy === "image" && options.maskStatistics === "ordinary")
    throw new UserError(
      "--mask-statistics ordinary: with --mask-by image every batch holds masked images, so that none is ordinary; use all, and `anchored recalibrate` after training",
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

/** 1 where the reference is masked, else 0: a scalar for the batch, or [N, 1, 1, 1] for its images. */
export function drawMask(options: MaskingOptions, count: number, progress: number, random: Random): HostArray {
  const probability = maskProbabilityAt(options, progress);
  const draw = () => (random.uniform() < probability ? 1 : 0);
  if (options.maskBy !== "image") return HostArray.scalar(draw());
  return HostArray.float32([count, 1, 1, 1], Float32Array.from({ length: count }, draw));
}

/** Targets [N × K] with those of masked images made uniform, 1/K each. */
export function uniformWhereMasked(targets: Float32Array, mask: HostArray, classes: number): Float32Array {
  const isMasked = (image: number) => mask.data[mask.data.length === 1 ? 0 : image] === 1;
  return targets.map((target, i) => (isMasked(Math.floor(i / classes)) ? 1 / classes : target));
}
