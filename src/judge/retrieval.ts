import { type ImageSet, imageCount, type Listener, UserError } from "../core/index.ts";
import type { Device } from "../engine/index.ts";
import {
  type BootstrapOptions,
  type RetrievalIntervals,
  type RetrievalMetrics,
  type RetrievalRanks,
  retrieval,
  retrievalIntervals,
  retrievalRanks,
} from "../evaluate/index.ts";
import type { Activation } from "../models/index.ts";
import { createEmbedder, type Embedder, loadDualEncoder, type RunDataOptions } from "../train/index.ts";
import { cutInWords, type DataForOptions, dualEncoderData, embedSet } from "../train/internal.ts";

/** One way of retrieval, with 95 % intervals over the choice of the images. */
export type JudgedWay = RetrievalMetrics & { readonly intervals: RetrievalIntervals };

export interface JudgedRetrieval extends Readonly<Record<keyof RetrievalRanks, JudgedWay>> {
  readonly set: string;
  /** That are chosen from. */
  readonly images: number;
  readonly texts: number;
  /** Texts that are, word by word, another image's too: these cost each other half a place. */
  readonly sharedTexts: number;
}

export type JudgeRetrievalOptions = Listener & BootstrapOptions;

/**
 * Recall at 1, 5 and 10 and the median rank, both ways, of a dual encoder among all images and captions of a set. An image's best
 * caption counts, each caption seeks its image (as Karpathy & Fei-Fei, CVPR 2015, on Flickr30k and COCO), ties as `retrievalRanks` has
 * them. An image without captions seeks nothing, and is but one more to choose from.
 * @throws UserError for a set of which nothing is said
 * @example
 * const { test } = await loadDataSet({ name: "emoji", seed: 0 });
 * const embedder = createEmbedder(loadDualEncoder("runs/pairs"));
 * const { textToImage } = await judgeRetrieval(embedder, test);
 * console.log(textToImage.recallAt1, textToImage.intervals.recallAt1);
 * await embedder.dispose();
 */
export async function judgeRetrieval(
  embedder: Embedder,
  set: ImageSet,
  { onNotice, onProgress, signal, ...bootstrap }: JudgeRetrievalOptions = {},
): Promise<JudgedRetrieval> {
  const { captions, name } = set;
  const said = (captions ?? []).flatMap((own, image) => own.map((text) => ({ text, image })));
  if (said.length === 0)
    throw new UserError(`${name}: nothing is said of its images; put a captions.jsonl beside them, or use other data`);
  const numbers = new Map<string, number>();
  for (const { text } of said) if (!numbers.has(text)) numbers.set(text, numbers.size);
  const all = [...numbers.keys()];
  const { encoder, tokenizer } = embedder;
  const cut = cutInWords(all, tokenizer, encoder.text.context);
  if (cut) onNotice?.(cut);

  const width = encoder.embedding;
  try {
    const points = await embedSet(embedder, set, { onProgress, signal });
    const distinct = await embedder.embedTexts(all, { signal });
    const texts = new Float32Array(said.length * width);
    for (const [row, { text }] of said.entries()) {
      const at = numbers.get(text)! * width;
      texts.set(distinct.data.subarray(at, at + width), row * width);
    }
    const imageOf = Int32Array.from(said, ({ image }) => image);
    const placed = { images: points.data, texts, width, imageOf };
    const ranks = retrievalRanks(placed);
    const intervals = retrievalIntervals(ranks, imageOf, bootstrap);
    const { imageToText, textToImage } = retrieval(placed);
    return {
      set: name,
      images: imageCount(set),
      texts: said.length,
      sharedTexts: countShared(said),
      imageToText: { ...imageToText, intervals: intervals.imageToText },
      textToImage: { ...textToImage, intervals: intervals.textToImage },
    };
  } finally {
    onProgress?.(undefined);
  }
}

function countShared(said: readonly { readonly text: string; readonly image: number }[]): number {
  const imagesOf = new Map<string, Set<number>>();
  for (const { text, image } of said) imagesOf.set(text, (imagesOf.get(text) ?? new Set()).add(image));
  return said.filter(({ text }) => imagesOf.get(text)!.size > 1).length;
}

export interface JudgeRetrievalOfOptions extends DataForOptions, BootstrapOptions, Pick<RunDataOptions, "changedData"> {
  readonly activation?: Activation;
  /** References of an anchored one; default all that the run keeps. */
  readonly k?: number;
  readonly threads?: number;
  readonly device?: Device;
}

/**
 * As `judgeRetrieval`, on the test split of the data of its training or of others.
 * @param from the run folder of a dual encoder, or a folder of CLIP's weights
 * @throws UserError as `loadDualEncoder` and `loadDataSet` do; where nothing says which data; for a run's own data that are not those of
 *   its training, unless `changedData` insists
 * @example
 * const { data, imageToText } = await judgeRetrievalOf("clip", { given: { "data.folder": "photos" } });
 */
export async function judgeRetrievalOf(
  from: string,
  {
    given,
    dataDir,
    activation,
    k,
    threads,
    device,
    changedData,
    resamples,
    seed,
    ...listener
  }: JudgeRetrievalOfOptions,
): Promise<JudgedRetrieval & { readonly from: string; readonly data: string }> {
  const loaded = loadDualEncoder(from, { activation, k });
  for (const note of loaded.notes) listener.onNotice?.(note);
  const { title, test } = await dualEncoderData(from, loaded, { given, dataDir, changedData, ...listener });
  if (imageCount(test) === 0) throw new UserError(`${title} has no test images; use other data`);
  const embedder = createEmbedder(loaded, { threads, device });
  try {
    return { from, data: title, ...(await judgeRetrieval(embedder, test, { resamples, seed, ...listener })) };
  } finally {
    await embedder.dispose();
  }
}
