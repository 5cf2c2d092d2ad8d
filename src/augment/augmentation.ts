import type { Image, Random } from "../core/index.ts";

export type { Image };

/**
 * A random change of one training image that keeps its shape. `name` and `options` survive JSON (a function does not),
 * so a run's config can hold the pipeline and `augmentationsFromJson` can rebuild it.
 */
export interface Augmentation {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  /** Must not write to `image`; may return it. */
  readonly apply: (image: Image, random: Random) => Image;
}
