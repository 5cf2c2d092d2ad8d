import { knownName } from "../../core/internal.ts";
import type { ModelOptions } from "../model.ts";
import { createTower, modelNames } from "../table.ts";
import type { DualEncoder } from "./dual-encoder.ts";
import { type ClipVariant, clipVariants, isClip } from "./table.ts";
import type { ClipTextSize } from "./text-tower.ts";
import { dualEncoder } from "./towers.ts";

export interface DualEncoderOptions extends Pick<ModelOptions, "stochasticDepth" | "dropout"> {
  /** Of the image tower: an image's, 3 by default, or twice as many for tuples. */
  readonly inputChannels?: number;
  /** Pixels on each side of an image; by default CLIP's own, and 32 of other image towers. */
  readonly imageSize?: number;
  /** d, of image towers other than CLIP's, which have their own; 128 by default. */
  readonly embedding?: number;
  /** In place of the text tower's own sizes. */
  readonly text?: Partial<ClipTextSize>;
}

/**
 * A dual encoder by the name of its image tower: CLIP's own, or any model, beside which stands the text tower of `clip-small`.
 * @throws UserError for an unknown name, listing the known ones, and for options that the network has not
 * @example
 * const encoder = createDualEncoder("clip-small");
 * const { params } = encoder.init(new Random("weights", 0));
 */
export function createDualEncoder(name: string, options: DualEncoderOptions = {}): DualEncoder {
  const known = knownName("model", name, modelNames);
  const { size: own, activation }: ClipVariant = clipVariants[isClip(known) ? known : "clip-small"];
  const { inputChannels = 3, imageSize = own.image.imageSize, embedding = own.embedding, text, ...rates } = options;
  const model = createTower(known, { ...rates, inputChannels, imageSize, embedding });
  return dualEncoder(
    known,
    { model, channels: inputChannels, imageSize, embedding },
    { size: { ...own.text, ...text }, activation },
  );
}
