import { type ImageSet, Random } from "../core/index.ts";
import { emojiCaptions } from "./emoji-captions.ts";
import { emojiCategories, emojiVendors } from "./emoji-drawings.ts";
import type { EmojiRasters } from "./emoji-rasters.ts";
import { emojiSubgroups, emojiSubgroupTexts, emojiWordsOf } from "./emoji-words.ts";

/** What a class of the emoji is. */
export const emojiLabels = ["category", "subgroup", "concept"] as const;
export type EmojiLabel = (typeof emojiLabels)[number];

type Drawing = EmojiRasters["drawings"][number];

const classOfDrawing: Readonly<Record<EmojiLabel, (drawing: Drawing) => string>> = {
  category: ({ category }) => category,
  subgroup: ({ concept }) => emojiWordsOf(concept).subgroup,
  concept: ({ concept }) => concept,
};

/** Classes in their order, where they are not what is drawn. */
const known = { category: emojiCategories, subgroup: emojiSubgroups };

/** Every drawing on its background, as one labelled set; of a category or subgroup that is no class the label is −1. */
export function emojiImageSet(
  { size, drawings, rgba }: EmojiRasters,
  label: EmojiLabel,
  background: "white" | "random",
  seed: number,
): ImageSet {
  const concepts = [...new Set(drawings.map(({ concept }) => concept))];
  const conceptIndex = new Map(concepts.map((concept, i) => [concept, i]));
  const classOf = classOfDrawing[label];
  const present = new Set(drawings.map(classOf));
  const classNames = (label === "concept" ? concepts : Object.keys(known[label])).filter((name) => present.has(name));
  const classIndex = new Map(classNames.map((name, i) => [name, i]));
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
    labels: Int32Array.from(drawings, (drawing) => classIndex.get(classOf(drawing)) ?? -1),
    classNames,
    domains: { names: emojiVendors, index: Int32Array.from(drawings, (d) => emojiVendors.indexOf(d.vendor)) },
    concepts: { names: concepts, index: conceptOf },
    captions: drawings.map((drawing) => emojiCaptions(drawing, seed)),
    ...(label === "subgroup" && { classTexts: emojiSubgroupTexts }),
  };
}
