import { HostArray, type Normalization, UserError } from "../core/index.ts";
import type { Variables } from "../models/index.ts";

/** @throws UserError for weights of a training that diverged */
export function requireFinite({ params, state }: Variables): void {
  for (const [name, { data }] of Object.entries({ ...params, ...state }))
    if (data.some((value) => !Number.isFinite(value)))
      throw new UserError(
        `${name} is not finite: the training diverged; train again, e.g. with a smaller learning rate`,
      );
}

/** (x / 255 − mean) / std as scale · x + shift, each [1, C, 1, 1]. */
export function pixelMap({ mean, std }: Normalization) {
  const perChannel = (value: (c: number) => number) =>
    HostArray.float32(
      [1, mean.length, 1, 1],
      mean.map((_, c) => value(c)),
    );
  return {
    pixel_scale: perChannel((c) => 1 / (255 * std[c])),
    pixel_shift: perChannel((c) => -mean[c] / std[c]),
  };
}

const LARGEST_FLOAT16 = 65504;

/**
 * Convolutions, matrices and references: where the bytes are. What has one number a channel (BatchNorm, biases) keeps
 * its 32 bits, and so does what float16 cannot hold, and what the verdict's distances are computed by.
 */
export const isLarge = (name: string, { shape, data }: HostArray): boolean =>
  !name.startsWith("verdict_") &&
  shape.length >= 2 &&
  data.length > 64 &&
  data.every((value) => Math.abs(value) <= LARGEST_FLOAT16);
