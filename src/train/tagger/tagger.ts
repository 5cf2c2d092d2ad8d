import { type ImageSet, type Listener, reporter, UserError } from "../../core/index.ts";
import { chooseTagHead, type TaggedFeatures, type TagHead, tagProbabilities } from "../../evaluate/index.ts";
import { embedSet } from "../dual-encoder/embed-set.ts";
import type { Embedder } from "../dual-encoder/embedder.ts";
import { captionVocabulary, likeliestWords, type VocabularyOptions, wordNumbers } from "./caption-words.ts";

export interface TaggerOptions extends VocabularyOptions, Listener {
  /** Words said of an image at most; default 4. */
  readonly words?: number;
  /** What a word's probability must be above, in [0, 1); default 0.3. */
  readonly threshold?: number;
}

/** How well the words said of validation images are those of their captions: shares of all words of all images. */
export interface TaggerFigures {
  /** Of the words said, those that stand in the image's captions. */
  readonly precision: number;
  /** Of the captions' words that the tagger knows, those said. */
  readonly recall: number;
  /** Precision of the most frequent words of the training captions, said of every image: what knowing no image gives. */
  readonly usualPrecision: number;
}

/** Says words of images: a tag head on the points of a dual encoder's image tower. */
export interface Tagger {
  readonly vocabulary: readonly string[];
  readonly head: TagHead;
  readonly trainImages: number;
  readonly validationImages: number;
  readonly validation: TaggerFigures;
  /** Whether a strength outside the grid may be better. */
  readonly atEdge: boolean;
  /** Of images uint8 [size, size, C]: words with their probabilities, the likeliest first. */
  say(images: readonly Uint8Array[]): Promise<SaidOfImage[]>;
}

export interface SaidOfImage {
  readonly words: readonly { readonly word: string; readonly probability: number }[];
  /** Whether no word was above the threshold, and the likeliest stands alone. */
  readonly unsure: boolean;
}

/**
 * Trains a tagger on the captions of training images: words that are said of enough of them, a logistic regression for each on the
 * image tower's points as they are. The strength of its penalty is chosen on validation images; test images are not looked at.
 * @throws UserError where nothing is said of the training or the validation images, or no word is said often enough
 * @example
 * const embedder = createEmbedder(loadDualEncoder("runs/pairs"));
 * const tagger = await trainTagger(embedder, await loadDataSet({ name: "emoji", seed: 0 }), { words: 3 });
 * console.log(tagger.validation.precision, tagger.vocabulary.length);
 * await embedder.dispose();
 */
export async function trainTagger(
  embedder: Embedder,
  sets: { readonly train: ImageSet; readonly validation: ImageSet },
  { words = 4, threshold = 0.3, onProgress, signal, ...options }: TaggerOptions = {},
): Promise<Tagger> {
  const listener = { onProgress, signal };
  const [train, validation] = [captioned(sets.train, "training"), captioned(sets.validation, "validation")];
  const vocabulary = captionVocabulary(train.captions, options);
  if (vocabulary.length === 0)
    throw new UserError(
      `${sets.train.name}: no word is said of enough of its ${train.rows.length} captioned images, and not of too many; use more images, or options.fewest 1`,
    );
  try {
    const seen = await taggedFeatures(embedder, sets.train, train, vocabulary, listener);
    const held = await taggedFeatures(embedder, sets.validation, validation, vocabulary, listener);
    const { head, atEdge } = await chooseTagHead(seen, held, {
      count: vocabulary.length,
      onProgress: reporter(listener, "fitting the words", "words"),
    });
    const saidBy = (features: Float32Array) => {
      const likely = tagProbabilities(head, features);
      const count = vocabulary.length;
      return Array.from({ length: likely.length / count }, (_, row) => {
        const own = likely.subarray(row * count, (row + 1) * count);
        const { words: numbers, unsure } = likeliestWords(own, words, threshold);
        return { numbers, unsure, probabilities: own };
      });
    };
    const said = saidBy(held.features).map(({ numbers }) => numbers);
    return {
      ...{ vocabulary, head, atEdge },
      trainImages: train.rows.length,
      validationImages: validation.rows.length,
      validation: figures(said, held.tags, Math.min(words, vocabulary.length)),
      async say(images) {
        const { data } = await embedder.embedImages(images);
        return saidBy(data).map(({ numbers, unsure, probabilities }) => ({
          words: numbers.map((number) => ({ word: vocabulary[number], probability: probabilities[number] })),
          unsure,
        }));
      },
    };
  } finally {
    onProgress?.(undefined);
  }
}

interface Captioned {
  /** Of images that something is said of. */
  readonly rows: readonly number[];
  readonly captions: readonly (readonly string[])[];
}

function captioned({ name, captions = [] }: ImageSet, which: string): Captioned {
  const rows = [...captions.keys()].filter((row) => captions[row].length > 0);
  if (rows.length === 0)
    throw new UserError(
      `${name}: nothing is said of its ${which} images, and a tagger learns and is chosen by captions; put a captions.jsonl beside them, or use other data`,
    );
  return { rows, captions: rows.map((row) => captions[row]) };
}

async function taggedFeatures(
  embedder: Embedder,
  set: ImageSet,
  { rows, captions }: Captioned,
  vocabulary: readonly string[],
  listener: Listener,
): Promise<TaggedFeatures> {
  const { data: features } = await embedSet(embedder, set, listener, rows);
  return { features, tags: wordNumbers(captions, vocabulary) };
}

/** @param said [N], of each image the numbers of words; numbers are by falling frequency */
function figures(said: readonly (readonly number[])[], tags: TaggedFeatures["tags"], usual: number): TaggerFigures {
  const has = tags.map((own) => new Set(own));
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const right = sum(said.map((words, row) => words.filter((word) => has[row].has(word)).length));
  const usualRight = sum(has.map((own) => [...own].filter((word) => word < usual).length));
  return {
    precision: right / sum(said.map((words) => words.length)),
    // Where no caption has any word that is known there is nothing to find.
    recall: right / Math.max(1, sum(tags.map((own) => own.length))),
    usualPrecision: usualRight / (usual * tags.length),
  };
}
