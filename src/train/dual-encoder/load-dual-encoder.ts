import { existsSync } from "node:fs";
import { join } from "node:path";
import { type HostArray, type HostArrays, type Normalization, UserError } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { createMethod, type Method } from "../../methods/index.ts";
import { type Activation, clipOfTensors, type WithWeights } from "../../models/index.ts";
import { activationOf, isNoParameter } from "../../models/internal.ts";
import { loadContrastiveRun } from "../contrastive/load.ts";
import { type ContrastiveRecord, isDualEncoderRun } from "../contrastive/record.ts";
import { keptReferences } from "../predict-set.ts";
import { realTensors } from "../weights-source.ts";
import { readClipConfig } from "./clip-config.ts";
import { readTokenizer } from "./stored-tokenizer.ts";

/** A dual encoder with all that it takes to show it images and texts. */
export interface LoadedDualEncoder extends WithWeights {
  readonly tokenizer: TextTokenizer;
  /** Of image towers with BatchNorm. */
  readonly state?: HostArrays;
  /** How images are shown to the image tower: as they are, or as tuples. */
  readonly method: Method;
  /** [R, 1, C, H, W], normalised: what an anchored one compares images with. */
  readonly references?: HostArray;
  /** C of an image: 3, or 1 of grey ones. */
  readonly channels: number;
  /** Of images in [0, 1]. */
  readonly normalization: Normalization;
  /** What a run says of itself, and its step; absent of what was not trained here. */
  readonly run?: { readonly record: ContrastiveRecord; readonly step: number };
  /** What the user should know, a line each. */
  readonly notes: readonly string[];
}

export interface LoadDualEncoderOptions {
  /** Where the folder does not say it, or says it wrongly. */
  readonly activation?: Activation;
  /** Anchored ones: how many references; default all that the run keeps. */
  readonly k?: number;
}

/** As Hugging Face and open_clip call it. */
const weightFiles = ["model.safetensors", "open_clip_model.safetensors"];

/** OpenAI's, of the images that CLIP was trained on, and of all who came after. */
const CLIP_NORMALIZATION: Normalization = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

const weightsIn = (folder: string): string | undefined =>
  weightFiles.map((name) => join(folder, name)).find((path) => existsSync(path));

/**
 * Whether a folder holds a dual encoder: weights and a tokenizer, or a run that trained one.
 * @example
 * if (isDualEncoderFolder("clip")) console.log(loadDualEncoder("clip").encoder.embedding);
 */
export const isDualEncoderFolder = (path: string): boolean => isDualEncoderRun(path) || isClipFolder(path);

/** Whether a folder holds CLIP's weights and a tokenizer, and no run. */
export const isClipFolder = (path: string): boolean =>
  weightsIn(path) !== undefined && existsSync(join(path, "tokenizer.json")) && !existsSync(runPaths(path).checkpoint);

/**
 * Reads the run folder of a dual encoder, or a folder of CLIP's weights as OpenAI, open_clip or Hugging Face's `CLIPModel` name
 * them: `model.safetensors` or `open_clip_model.safetensors` in float32, float16 or bfloat16, and `tokenizer.json`; where they are
 * there, `config.json`, `open_clip_config.json`, `preprocessor_config.json` and `tokenizer_config.json` too.
 * @throws UserError where a file is missing or damaged, holds another model, or nothing says which activation it has;
 *   for more references than there are
 * @example
 * const { encoder, format, notes } = loadDualEncoder("clip", { activation: "quick-gelu" });
 * console.log(encoder.embedding, format, ...notes);
 */
export function loadDualEncoder(
  folder: string,
  { activation: asked, k }: LoadDualEncoderOptions = {},
): LoadedDualEncoder {
  if (isDualEncoderRun(folder)) return ofRun(folder, asked, k);
  if (k !== undefined) throw new UserError(`options.k ${k}: ${folder} has no references; leave it out`);
  const path = weightsIn(folder);
  if (!path) throw new UserError(`${folder}: no ${weightFiles.join(" or ")} in it; give the folder of a CLIP`);
  const { activation: told, mean, std, ...heads } = readClipConfig(folder);
  const activation = asked ?? told;
  if (!activation)
    throw new UserError(
      `${folder}: no config.json says which activation the towers have, and weights do not show it; give options.activation: quick-gelu for OpenAI's weights, gelu for most others`,
    );
  // Before the weights, which take seconds.
  const { tokenizer } = readTokenizer(folder);
  const { tensors, prefixes } = realTensors(path, isNoParameter, (why) => new UserError(`${path}: ${why}`));
  const weights = clipOfTensors(path, tensors, { activation, ...heads });
  const { vocabulary } = weights.encoder.text;
  if (tokenizer.vocabulary > vocabulary)
    throw new UserError(
      `${join(folder, "tokenizer.json")}: it has ${tokenizer.vocabulary} ids, the text tower only ${vocabulary}; they belong to different models`,
    );
  const notes = [
    ...(asked && told && asked !== told
      ? [`${folder} says its activation is ${told}; ${asked} is taken as asked`]
      : []),
    ...(prefixes.length > 0 ? [`names are read without their prefix ${prefixes.join(", ")}`] : []),
  ];
  return {
    ...weights,
    tokenizer,
    method: createMethod({ name: "standard" }),
    channels: weights.encoder.image.channels,
    normalization: mean && std ? { mean, std } : CLIP_NORMALIZATION,
    notes,
  };
}

function ofRun(run: string, activation: Activation | undefined, k: number | undefined): LoadedDualEncoder {
  const loaded = loadContrastiveRun(run, activation);
  const { record, encoder, method, variables, references: kept, tokenizer, step } = loaded;
  if (k !== undefined && !method.anchored)
    throw new UserError(`options.k ${k}: ${run} was trained without references; leave it out`);
  const references = keptReferences({ method, references: kept }, "k", k);
  return {
    encoder,
    ...variables,
    method,
    ...(references && { references }),
    channels: record.data.channels,
    activation: activationOf(record.config.model),
    format: "a run of this program",
    tokenizer,
    normalization: record.data.normalization,
    run: { record, step },
    notes: [],
  };
}
