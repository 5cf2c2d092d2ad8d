import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Listener, type Normalization, UserError } from "../../core/index.ts";
import { templates as usualTemplates } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { unfinished } from "../../judge/internal.ts";
import type { Activation } from "../../models/index.ts";
import {
  createEmbedder,
  isDualEncoderFolder,
  type LoadedDualEncoder,
  loadDualEncoder,
  type RunDataOptions,
} from "../../train/index.ts";
import { readTokenizer, writeTokenizer } from "../../train/internal.ts";
import { cardToMetadata } from "../card.ts";
import { DUAL_ENCODER_FORMAT, type DualEncoderCard, towerFiles } from "./card.ts";
import { type Checked, checkedPairs } from "./checked-pairs.ts";
import { openTowerBytes } from "./open-towers.ts";
import { exportTowers, type TowerOptions } from "./towers.ts";

export interface WriteTowersOptions extends Pick<TowerOptions, "precision">, Listener {
  /** A folder, new or written before. */
  readonly out: string;
  readonly activation?: Activation;
  /** References of an anchored one; default all that the run keeps. */
  readonly k?: number;
  /** Where the run's data lie now; of a folder of CLIP's weights `folder`, images to check the files on. */
  readonly data?: Pick<RunDataOptions, "dataDir" | "folder" | "changedData">;
  readonly threads?: number;
}

export interface ExportedTowers {
  /** The folder. */
  readonly file: string;
  readonly card: DualEncoderCard;
  readonly bytes: { readonly image: number; readonly text: number };
  /** The files by ONNX Runtime beside the embedder: the largest difference of points of length 1. */
  readonly check: Omit<Checked, "images" | "texts"> & {
    readonly images: number;
    readonly texts: number;
    readonly largestDifference: { readonly image: number; readonly text: number };
  };
}

/** Of float32 files: other runtimes sum in another order, no more. */
const TOLERANCE = 1e-4;

/**
 * Writes a dual encoder as two ONNX files, its tokenizer and `dual-encoder.json` into a folder, once what the files answer was held to
 * the embedder's points.
 * @param from the run folder of a dual encoder, or a folder of CLIP's weights
 * @throws UserError as `loadDualEncoder`, and for a folder that holds a run or CLIP's weights; an Error where the answers differ
 * @example
 * const { card, check } = await writeTowers("clip", { out: "clip-onnx" });
 */
export async function writeTowers(
  from: string,
  {
    out,
    activation,
    k,
    data = {},
    threads = availableParallelism(),
    precision = "float32",
    ...listener
  }: WriteTowersOptions,
): Promise<ExportedTowers> {
  if (isDualEncoderFolder(out) || existsSync(runPaths(out).checkpoint))
    throw new UserError(`${out} already holds a run or a CLIP; choose another folder`);
  if (out.endsWith(".onnx"))
    throw new UserError(
      `options.out ${out}: a dual encoder becomes two files and its tokenizer; name a folder for them`,
    );
  const loaded = loadDualEncoder(from, { activation, k });
  for (const note of loaded.notes) listener.onNotice?.(note);
  const { run } = loaded;
  if (run) {
    const { config, data: described } = run.record;
    const note = unfinished(from, { config, examples: described.trainImages, step: run.step }, "exported");
    if (note) listener.onNotice?.(note);
  }
  const files = readTokenizer(from);
  const card = cardOf(loaded, { precision, tokenizerConfig: files.config !== undefined });
  const bytes = await exportTowers(loaded, { precision, metadata: cardToMetadata(card) });

  const { images, texts, ...checked } = await checkedPairs(from, loaded, data, listener);
  const largestDifference = await differences(loaded, { ...bytes, card }, { images, texts }, threads);
  const worst = Math.max(largestDifference.image, largestDifference.text);
  if (precision === "float32" && !(worst <= TOLERANCE))
    throw new Error(`the exported towers' points differ from the embedder's by ${worst}; nothing was written`);
  listener.signal?.throwIfAborted();
  for (const tower of ["image", "text"] as const) writeFileAtomic(join(out, towerFiles[tower]), bytes[tower]);
  writeTokenizer(out, files);
  // Last: a folder that has it is whole.
  writeFileAtomic(join(out, towerFiles.card), `${JSON.stringify(card, null, 2)}\n`);
  return {
    file: out,
    card,
    bytes: { image: bytes.image.length, text: bytes.text.length },
    check: { ...checked, images: images.length, texts: texts.length, largestDifference },
  };
}

/** Largest differences of points, and of agreements; infinite where anything is not a number. */
async function differences(
  loaded: LoadedDualEncoder,
  files: Omit<Parameters<typeof openTowerBytes>[0], "tokenizer">,
  { images, texts }: Pick<Checked, "images" | "texts">,
  threads: number,
): Promise<{ readonly image: number; readonly text: number }> {
  const opened = await openTowerBytes({ ...files, tokenizer: loaded.tokenizer }, { threads });
  const embedder = createEmbedder(loaded, { threads });
  try {
    const { data, agreement } = await opened.embedImages(Buffer.concat(images));
    const wanted = await embedder.pointsOfImages(images);
    const [said, wantedOfTexts] = [await opened.embedTexts(texts), await embedder.embedTexts(texts)];
    return {
      image: Math.max(
        largest(data, wanted.points.data),
        largest(agreement ?? new Float32Array(), wanted.agreement?.data ?? new Float32Array()),
      ),
      text: largest(said.data, wantedOfTexts.data),
    };
  } finally {
    await opened.dispose();
    await embedder.dispose();
  }
}

function largest(found: Float32Array, wanted: Float32Array): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return found.reduce((most, value, i) => {
    const distance = Math.abs(value - wanted[i]);
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
}

const copied = ({ mean, std }: Normalization) => ({ mean: [...mean], std: [...std] });

function cardOf(
  { encoder, params, channels, normalization, references, tokenizer, method, run }: LoadedDualEncoder,
  { precision, tokenizerConfig }: Pick<DualEncoderCard, "precision"> & { readonly tokenizerConfig: boolean },
): DualEncoderCard {
  const { image, text, embedding, logitScale } = encoder;
  const record = run?.record;
  const model = record?.config.model ?? "CLIP";
  return {
    format: DUAL_ENCODER_FORMAT,
    name: record ? `${model} ${method.name} on ${record.data.title}` : model,
    model,
    method: method.name,
    embedding,
    scale: Math.exp(params[logitScale].data[0] as number),
    image: {
      file: towerFiles.image,
      height: image.imageSize,
      width: image.imageSize,
      channels,
      normalization: copied(normalization),
      references: references?.shape[0] ?? 0,
    },
    text: {
      file: towerFiles.text,
      context: text.context,
      vocabulary: text.vocabulary,
      end: tokenizer.end,
      padding: 0,
      tokenizer: "tokenizer.json",
      ...(tokenizerConfig && { tokenizerConfig: "tokenizer_config.json" }),
    },
    templates: [...(record?.config.task.templates ?? usualTemplates)],
    precision,
    ...(record && { data: record.data.title }),
    parameters: Object.values(params).reduce((sum, array) => sum + array.data.length, 0),
  };
}
