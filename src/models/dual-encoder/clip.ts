import type { DualEncoder } from "./dual-encoder.ts";
import { type ClipImageSize, clipImageTower } from "./image-tower.ts";
import type { ClipTextSize } from "./text-tower.ts";
import { dualEncoder } from "./towers.ts";
import type { Activation } from "./transformer.ts";

export interface ClipSize {
  /** d: numbers of an embedding. */
  readonly embedding: number;
  readonly image: ClipImageSize;
  readonly text: ClipTextSize;
}

export interface ClipOptions {
  /** Of both towers' perceptrons. */
  readonly activation: Activation;
  /** Of the images; 3 by default. */
  readonly channels?: number;
}

/**
 * CLIP (Radford et al., ICML 2021) with a vision transformer; parameters under OpenAI's and open_clip's names. It has no state,
 * and trains as it predicts.
 * @throws RangeError for an image size that patches don't fill, and a width that heads don't divide
 * @example
 * const encoder = clip("mine", clipVariants["clip-small"].size, { activation: "gelu" });
 * const { params } = encoder.init(new Random("weights", 0));
 */
export function clip(name: string, size: ClipSize, { activation, channels = 3 }: ClipOptions): DualEncoder {
  const { embedding } = size;
  for (const tower of ["image", "text"] as const) {
    const { width, heads } = size[tower];
    if (width % heads !== 0)
      throw new RangeError(`${name}: the ${tower} tower's width is ${width}; its ${heads} heads must divide it`);
  }
  const { imageSize } = size.image;
  const image = clipImageTower(name, size.image, { channels, embedding, activation });
  return dualEncoder(name, { model: image, channels, imageSize, embedding }, { size: size.text, activation });
}
