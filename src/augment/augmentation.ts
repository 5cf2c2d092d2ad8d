import type { Image, Random } from "../core/index.ts";

export type { Image };

/** An image with boxes [M, 4] on it: x, y, width, height in pixels. */
export interface BoxedImage {
  readonly image: Image;
  readonly boxes: Float64Array;
}

/**
 * A random change of one training image that keeps its shape. `name` and `options` survive JSON (a function does not),
 * so a run's config can hold the pipeline and `augmentationsFromJson` can rebuild it.
 */
export interface Augmentation {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  /** Must not write to `image`; may return it. */
  readonly apply: (image: Image, random: Random) => Image;
  /**
   * As `apply`, by the same draws, of an image with boxes on it: they follow what they are around. Absent where they cannot, or
   * where nothing moves.
   */
  readonly applyWithBoxes?: (image: Image, boxes: Float64Array, random: Random) => BoxedImage;
  /** Whether all that is on an image stays where it is, and as visible as it was: then boxes stay, too. */
  readonly keepsPlaces?: boolean;
}
