import { type ImageSet, Random } from "../core/index.ts";
import { emojiCategories, emojiVendors } from "./emoji-drawings.ts";
import type { EmojiRasters } from "./emoji-rasters.ts";

/** Every drawing on its background, as one labelled set; of a category that is no class the label is −1. */
export function emojiImageSet(
  { size, drawings, rgba }: EmojiRasters,
  label: "category" | "concept",
  background: "white" | "random",
  seed: number,
): ImageSet {
  const concepts = [...new Set(drawings.map(({ concept }) => concept))];
  const conceptIndex = new Map(concepts.map((concept, i) => [concept, i]));
  const present = new Set(drawings.map(({ category }) => category));
  const categories = Object.keys(emojiCategories).filter((category) => present.has(category));
  const images = new Uint8Array(drawings.length * size * size * 3);
  drawings.forEach(({ concept, vendor }, n) => {
    const random = background === "random" ? new Random(seed, "emoji background", vendor, concept) : undefined;
    const colour = [0, 1, 2].map(() => random?.integer(256) ?? 255);
    for (let p = n * size * size; p < (n + 1) * size * size; p++) {
      const alpha = rgba[p * 4 + 3] / 255;
      for (let c = 0; c < 3; c++) images[p * 3 + c] = Math.round(alpha * rgba[p * 4 + c] + (1 - alpha) * colour[c]);
    }
  });
  const conceptOf = Int32Array.from(drawings, ({ concept }) => conceptIndex.get(concept)!);
  return {
    name: "emoji",
    height: size,
    width: size,
    channels: 3,
    images,
    labels: label === "concept" ? conceptOf : Int32Array.from(drawings, (d) => categories.indexOf(d.category)),
    classNames: label === "concept" ? concepts : categories,
    domains: { names: emojiVendors, index: Int32Array.from(drawings, (d) => emojiVendors.indexOf(d.vendor)) },
    concepts: { names: concepts, index: conceptOf },
  };
}
