import type { ImageSet } from "../core/index.ts";
import { sha256 } from "../files/internal.ts";
import { emojiDrawingsOf } from "./emoji-drawings.ts";
import { emojiImageSet } from "./emoji-image-set.ts";
import { type EmojiRasters, emojiRasters, rastersAt } from "./emoji-rasters.ts";
import type { ResolvedOptions } from "./entry.ts";

const flagDrawings = () => emojiDrawingsOf("Flags");

/**
 * The vendors' flags, drawn as the emoji of all classes are, among which there is none: an unseen meaning in the same style.
 * Of drawings that do not differ in any pixel, as the flags of islands that fly another country's, one is kept.
 */
export async function emojiFlags(options: ResolvedOptions, vendors: readonly string[]): Promise<ImageSet> {
  const { background = "white", imageSize = 32, seed } = options;
  const rasters = await emojiRasters(imageSize, options, { name: "flags", drawings: flagDrawings });
  const set = emojiImageSet(chosen(rasters, vendors), "category", background, seed);
  return { ...set, name: "flags" };
}

function chosen(rasters: EmojiRasters, vendors: readonly string[]): EmojiRasters {
  const { size, drawings, rgba } = rasters;
  const bytes = 4 * size ** 2;
  const seen = new Set<string>();
  const rows = [...drawings.keys()].filter((row) => {
    if (!vendors.includes(drawings[row].vendor)) return false;
    const pixels = rgba.subarray(row * bytes, (row + 1) * bytes);
    const digest = sha256(pixels);
    return seen.size < seen.add(digest).size;
  });
  return rastersAt(rasters, rows);
}
