import type { Model, ModelOptions } from "../model.ts";
import type { ClipSize } from "./clip.ts";
import { cosineClassifier } from "./cosine-classifier.ts";
import { clipImageTower } from "./image-tower.ts";
import type { Activation } from "./transformer.ts";

export interface ClipVariant {
  readonly size: ClipSize;
  /** Of both towers' perceptrons. */
  readonly activation: Activation;
}

const CONTEXT = 77;
/** 256 bytes, as many that end a word, 48,894 merges, start and end (Radford et al. 2021, section 2.4). */
const VOCABULARY = 49_408;

const base = (patch: number): ClipSize => ({
  embedding: 512,
  image: { imageSize: 224, patch, width: 768, depth: 12, heads: 12 },
  text: { context: CONTEXT, vocabulary: VOCABULARY, width: 512, depth: 12, heads: 8 },
});

const large: ClipSize = {
  embedding: 768,
  image: { imageSize: 224, patch: 14, width: 1024, depth: 24, heads: 16 },
  text: { context: CONTEXT, vocabulary: VOCABULARY, width: 768, depth: 12, heads: 12 },
};

// Words of its own: as many ids as emoji's names and tags have words, and some to spare.
const small: ClipSize = {
  embedding: 128,
  image: { imageSize: 32, patch: 4, width: 128, depth: 4, heads: 4 },
  text: { context: 16, vocabulary: 4096, width: 128, depth: 2, heads: 4 },
};

/**
 * CLIP by name: the sizes of Radford et al. 2021, table 20, and a small pair for two cores. OpenAI's weights are of those with
 * `quickgelu` behind their names, as open_clip has it; most others are of those without.
 * @example
 * const { imageSize, patch } = clipVariants["clip-vit-b-32"].size.image; // 224, 32
 */
export const clipVariants = {
  "clip-small": { size: small, activation: "gelu" },
  "clip-vit-b-32": { size: base(32), activation: "gelu" },
  "clip-vit-b-32-quickgelu": { size: base(32), activation: "quick-gelu" },
  "clip-vit-b-16": { size: base(16), activation: "gelu" },
  "clip-vit-b-16-quickgelu": { size: base(16), activation: "quick-gelu" },
  "clip-vit-l-14": { size: large, activation: "gelu" },
  "clip-vit-l-14-quickgelu": { size: large, activation: "quick-gelu" },
} as const satisfies Record<string, ClipVariant>;

export type ClipName = keyof typeof clipVariants;

/**
 * The names of `clipVariants`.
 * @example
 * console.log(clipNames.join(", "));
 */
export const clipNames = Object.keys(clipVariants) as ClipName[];

/** Of the perceptrons of both towers, or of the text tower beside another image tower. */
export const activationOf = (name: string): Activation => clipVariants[isClip(name) ? name : "clip-small"].activation;

/** The CLIP that has such an image tower, for images of whatever size; none where it is another. Heads are in no shape. */
export const clipNamed = (size: ClipSize, activation: Activation): ClipName | undefined => {
  const facts = ({ embedding, image }: ClipSize, of: Activation) => {
    const { patch, width, depth, heads, hidden = 4 * width } = image;
    return [embedding, patch, width, depth, heads, hidden, of].join();
  };
  return clipNames.find((name) => {
    const variant: ClipVariant = clipVariants[name];
    return facts(variant.size, variant.activation) === facts(size, activation);
  });
};

export const isClip = (name: string): name is ClipName => Object.hasOwn(clipVariants, name);

/** CLIP's image tower for images of another size than its own, where one is given. */
export function clipTowerOf(name: ClipName, { inputChannels, imageSize }: Omit<ModelOptions, "classes">): Model {
  const { size, activation }: ClipVariant = clipVariants[name];
  const image = { ...size.image, imageSize: imageSize ?? size.image.imageSize };
  return clipImageTower(name, image, { channels: inputChannels, embedding: size.embedding, activation });
}

/** A classifier over CLIP's image tower, by its name. */
export const clipClassifiers = Object.fromEntries(
  clipNames.map((name) => [
    name,
    (options: ModelOptions) =>
      cosineClassifier(clipTowerOf(name, options), options.classes, clipVariants[name].size.embedding),
  ]),
) as Readonly<Record<ClipName, (options: ModelOptions) => Model>>;
