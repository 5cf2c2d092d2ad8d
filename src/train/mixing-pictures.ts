import { mixingSide } from "../augment/internal.ts";
import type { ImageSet } from "../core/index.ts";
import { type Pictures, readPictures } from "../data/index.ts";
import type { RunConfig } from "../run/index.ts";

/** The user's pictures that `pixMix` mixes with, as large as the training images need; undefined where it draws fractals. */
export async function mixingPicturesOf(
  { mixingPictures }: RunConfig,
  { channels, height, width }: ImageSet,
): Promise<Pictures | undefined> {
  if (mixingPictures === undefined) return undefined;
  return readPictures(mixingPictures, { side: mixingSide(Math.max(height, width)), channels });
}
