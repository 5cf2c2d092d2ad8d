import type { ImageSet } from "../../core/index.ts";
import { emoji } from "../emoji.ts";
import type { ResolvedContext } from "./entry.ts";
import type { SplitOptions } from "./options.ts";

/** The drawings of one part: `train`, `validation`, `test`, or the test concepts by `unseen vendors`. */
export interface EmojiPart {
  readonly part: string;
  /** On white. */
  readonly drawings: ImageSet;
}

/** The emoji of the data set `emoji`, split by concept: no concept of the training is in another part. */
export async function emojiParts(
  imageSize: number,
  { seed, testFraction, validationFraction }: SplitOptions,
  context: ResolvedContext,
): Promise<EmojiPart[]> {
  const loaded = await emoji.load({ ...context, name: "emoji", imageSize, seed, testFraction, validationFraction });
  const { train, validation, test, shifts } = loaded;
  return [train, validation!, test, ...shifts].map((drawings) => ({
    part: drawings.name.replace(/^emoji\//, ""),
    drawings,
  }));
}
