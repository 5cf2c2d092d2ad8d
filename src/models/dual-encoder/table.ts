import { knownName } from "../../core/internal.ts";
import { type ClipOptions, type ClipSize, clip } from "./clip.ts";
import type { DualEncoder } from "./dual-encoder.ts";

const CONTEXT = 77;
/** 256 bytes, as many that end a word, 48,894 merges, start and end (Radford et al. 2021, section 2.4). */
const VOCABULARY = 49_408;

const base = (patch: number): ClipSize => ({
  embedding: 512,
  image: { imageSize: 224, patch, width: 768, depth: 12, heads: 12 },
  text: { context: CONTEXT, vocabulary: VOCABULARY, width: 512, depth: 12, heads: 8 },
});

/**
 * Sizes of CLIP by name: those of Radford et al. 2021, table 20, and a small pair for two cores.
 * @example
 * const { imageSize, patch } = clipSizes["clip-vit-b-32"].image; // 224, 32
 */
export const clipSizes = {
  "clip-vit-b-32": base(32),
  "clip-vit-b-16": base(16),
  "clip-vit-l-14": {
    embedding: 768,
    image: { imageSize: 224, patch: 14, width: 1024, depth: 24, heads: 16 },
    text: { context: CONTEXT, vocabulary: VOCABULARY, width: 768, depth: 12, heads: 12 },
  },
  // Words of its own: as many ids as emoji's names and tags have words, and some to spare.
  "clip-small": {
    embedding: 128,
    image: { imageSize: 32, patch: 4, width: 128, depth: 4, heads: 4 },
    text: { context: 16, vocabulary: 4096, width: 128, depth: 2, heads: 4 },
  },
} as const satisfies Record<string, ClipSize>;

export type DualEncoderName = keyof typeof clipSizes;

/**
 * The names that `createDualEncoder` knows.
 * @example
 * console.log(dualEncoderNames.join(", "));
 */
export const dualEncoderNames = Object.keys(clipSizes) as DualEncoderName[];

/**
 * A dual encoder by its name.
 * @throws UserError for an unknown name, listing the known ones
 * @example
 * const encoder = createDualEncoder("clip-small", { activation: "gelu" });
 * const { params } = encoder.init(new Random("weights", 0));
 */
export const createDualEncoder = (name: string, options: ClipOptions): DualEncoder =>
  clip(name, clipSizes[knownName("dual encoder", name, dualEncoderNames)], options);
