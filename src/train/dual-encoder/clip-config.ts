import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/index.ts";
import { ofShape, parseJson } from "../../files/internal.ts";
import type { Activation, ClipFacts } from "../../models/index.ts";

/** What a folder says of a CLIP besides its weights. */
export interface ClipDescription extends Partial<ClipFacts> {
  /** Of images in [0, 1]; absent where it is not said. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** Reads a configuration; `where` is what messages call it. */
type Reader = (config: object, where: string) => ClipDescription;

/** Hugging Face's names; `quick_gelu` is also what its `CLIPConfig` takes where none is said. */
const hiddenActivations: Readonly<Record<string, Activation>> = { quick_gelu: "quick-gelu", gelu: "gelu" };

const hiddenActivation = z
  .string()
  .default("quick_gelu")
  .transform((name, context) => {
    const known = hiddenActivations[name];
    if (!known)
      context.addIssue({
        code: "custom",
        message: `"${name}" is no activation of CLIP's here; known: ${Object.keys(hiddenActivations).join(", ")}`,
      });
    return known;
  });

const huggingFaceTower = z
  .object({
    hidden_act: hiddenActivation,
    num_attention_heads: z.int().positive().optional(),
    layer_norm_eps: z.literal(1e-5).optional(),
  })
  .prefault({});

const huggingFaceConfig = z.object({
  model_type: z.literal("clip"),
  vision_config: huggingFaceTower,
  text_config: huggingFaceTower,
});

function ofHuggingFace(config: object, where: string): ClipDescription {
  const { vision_config: image, text_config: text } = ofShape(config, huggingFaceConfig, where);
  if (image.hidden_act !== text.hidden_act)
    throw new UserError(
      `${where}: the towers have different activations (${image.hidden_act}, ${text.hidden_act}); only one for both is known`,
    );
  return {
    activation: image.hidden_act,
    imageHeads: image.num_attention_heads,
    textHeads: text.num_attention_heads,
  };
}

const plainVisionTransformer = z.int({ error: "is no number: only plain vision transformers are read" });

/** Strict: what else such a tower may be told changes what it computes. */
const openClipConfig = z.object({
  model_cfg: z.object({
    quick_gelu: z.boolean().default(false),
    vision_cfg: z.strictObject({
      image_size: z.int().optional(),
      layers: plainVisionTransformer.optional(),
      width: plainVisionTransformer,
      head_width: z.int().positive().default(64),
      patch_size: z.int().optional(),
      mlp_ratio: z.number().optional(),
      // Of training alone.
      patch_dropout: z.number().optional(),
    }),
    text_cfg: z.strictObject({
      context_length: z.int().optional(),
      vocab_size: z.int().optional(),
      width: z.int().optional(),
      heads: z.int().positive().optional(),
      layers: z.int().optional(),
      mlp_ratio: z.number().optional(),
      // Of the tokenizer, which lies beside.
      hf_tokenizer_name: z.string().optional(),
      tokenizer_kwargs: z.unknown().optional(),
    }),
  }),
  preprocess_cfg: z
    .object({
      mean: z.array(z.number()).optional(),
      std: z.array(z.number()).optional(),
      interpolation: z.literal("bicubic").optional(),
      resize_mode: z.literal("shortest").optional(),
    })
    .optional(),
});

function ofOpenClip(config: object, where: string): ClipDescription {
  const { model_cfg: model, preprocess_cfg: { mean, std } = {} } = ofShape(config, openClipConfig, where);
  const { width, head_width: headWidth } = model.vision_cfg;
  return {
    activation: model.quick_gelu ? "quick-gelu" : "gelu",
    imageHeads: width / headWidth,
    textHeads: model.text_cfg.heads,
    ...(mean && std && { mean, std }),
  };
}

/** How images are read here: what differs would give other numbers without a word. */
const preprocessor = z.object({
  image_mean: z.array(z.number()),
  image_std: z.array(z.number()),
  do_resize: z.literal(true).optional(),
  do_center_crop: z.literal(true).optional(),
  /** Pillow's number of its bicubic filter. */
  resample: z.literal(3).optional(),
  size: z
    .union([z.number(), z.object({ shortest_edge: z.number() })], {
      error: "is no shortest_edge: only the shorter side is brought to a size here",
    })
    .optional(),
});

const ofPreprocessor: Reader = (config, where) => {
  const { image_mean: mean, image_std: std } = ofShape(config, preprocessor, where);
  return { mean, std };
};

const readerOf = (name: string, config: object): Reader => {
  if (name === "preprocessor_config.json") return ofPreprocessor;
  return "model_cfg" in config ? ofOpenClip : ofHuggingFace;
};

/**
 * What the files `config.json` (of Hugging Face's `CLIPModel`, or open_clip's), `open_clip_config.json` and
 * `preprocessor_config.json` of a folder say, as far as they are there; the last has the last word.
 * @throws UserError naming the file and its first field that is not as it must be
 */
export function readClipConfig(folder: string): ClipDescription {
  let description: ClipDescription = {};
  for (const name of ["config.json", "open_clip_config.json", "preprocessor_config.json"]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const config = parseJson(readFileSync(path, "utf8"), z.looseObject({}), path);
    description = { ...description, ...readerOf(basename(path), config)(config, path) };
  }
  return description;
}
