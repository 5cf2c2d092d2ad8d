import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import { reporter, UserError } from "../../core/index.ts";
import { listImages, readableFormats } from "../../data/internal.ts";
import type { Device } from "../../engine/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import type { Activation } from "../../models/index.ts";
import type { DataForOptions } from "../dual-encoder/data-for.ts";
import { createEmbedder } from "../dual-encoder/embedder.ts";
import { loadDualEncoder } from "../dual-encoder/load-dual-encoder.ts";
import { dualEncoderData } from "../dual-encoder/own-data.ts";
import { readForDualEncoder } from "../dual-encoder/show-images.ts";
import type { RunDataOptions } from "../run-data.ts";
import { type SaidOfImage, type Tagger, type TaggerOptions, trainTagger } from "./tagger.ts";

export interface CaptionFolderOptions extends DataForOptions, TaggerOptions, Pick<RunDataOptions, "changedData"> {
  /** The file that is written; default `captions.jsonl` in the folder. */
  readonly out?: string;
  /** What is said, with {} in the place of the words; default "a picture of {}". */
  readonly template?: string;
  readonly activation?: Activation;
  /** References of an anchored dual encoder; default all that the run keeps. */
  readonly k?: number;
  readonly threads?: number;
  readonly device?: Device;
}

export interface CaptionedFolder extends Pick<Tagger, "trainImages" | "validationImages" | "validation"> {
  /** The file. */
  readonly out: string;
  /** Images that were captioned. */
  readonly images: number;
  /** Of these, those of which no word was above the threshold: their likeliest stands alone. */
  readonly unsure: number;
  /** Images that the tagger learned from, by their title. */
  readonly data: string;
  /** Words that the tagger knows. */
  readonly vocabulary: number;
  /** λ of the tag head. */
  readonly strength: number;
}

/** Images that are read at once. */
const CHUNK = 64;

/**
 * Captions for all images in a folder and those below it, as a `captions.jsonl` that image folders are read with: a tagger is trained
 * on the captions of the dual encoder's own training data, or of others, and its likeliest words stand in a template. Each line keeps
 * the words' probabilities too.
 * @param from the run folder of a dual encoder, or a folder of CLIP's weights
 * @throws UserError for a file that is there already, a template without {}, a folder without images or with one that cannot be read;
 *   as `loadDualEncoder`, `loadDataSet` and `trainTagger` do. Then nothing is written.
 * @example
 * const { images, validation } = await captionFolder("runs/pairs", "photos", { words: 3, template: "a photo of {}" });
 */
export async function captionFolder(
  from: string,
  folder: string,
  { out = join(folder, "captions.jsonl"), template = "a picture of {}", ...options }: CaptionFolderOptions = {},
): Promise<CaptionedFolder> {
  if (existsSync(out)) throw new UserError(`options.out ${out}: is there already; name another file, or remove it`);
  if (!template.includes("{}"))
    throw new UserError(`options.template ${template}: has no {} for the words; e.g. a picture of {}`);
  const { images } = listImages(folder);
  if (images.length === 0)
    throw new UserError(`${folder}: no images in it, nor in the folders below it, that are ${readableFormats}`);
  const { activation, k, threads, device, given, data, dataDir, changedData, ...own } = options;
  const { onNotice, onProgress, signal } = own;
  const loaded = loadDualEncoder(from, { activation, k });
  for (const note of loaded.notes) onNotice?.(note);
  const { title, train, validation } = await dualEncoderData(from, loaded, {
    ...{ given, data, dataDir, changedData, onNotice, onProgress, signal },
  });
  const embedder = createEmbedder(loaded, { threads, device });
  try {
    const tagger = await trainTagger(embedder, { train, validation }, own);
    const said: SaidOfImage[] = [];
    const report = reporter({ onProgress, signal }, "captioning", "images");
    for (let at = 0; at < images.length; at += CHUNK) {
      report({ done: at, total: images.length });
      const paths = images.slice(at, at + CHUNK).map((name) => join(folder, name));
      said.push(...(await tagger.say((await readForDualEncoder(paths, loaded)).map(readable))));
    }
    writeFileAtomic(out, images.map((name, i) => `${lineOf(name, said[i], template)}\n`).join(""));
    return {
      ...{ out, images: images.length, unsure: said.filter(({ unsure }) => unsure).length, data: title },
      vocabulary: tagger.vocabulary.length,
      strength: tagger.head.strength,
      trainImages: tagger.trainImages,
      validationImages: tagger.validationImages,
      validation: tagger.validation,
    };
  } finally {
    onProgress?.(undefined);
    await embedder.dispose();
  }
}

function readable(image: Uint8Array | UserError): Uint8Array {
  if (image instanceof UserError) throw image;
  return image;
}

/** Probabilities to four digits: more are noise, and files are read by people. */
function lineOf(name: string, { words }: SaidOfImage, template: string): string {
  const text = template.replaceAll("{}", () => words.map(({ word }) => word).join(", "));
  const probabilities = Object.fromEntries(
    words.map(({ word, probability }) => [word, Number(probability.toFixed(4))]),
  );
  return JSON.stringify({ path: name.split(sep).join("/"), text, probabilities });
}
