import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { float16Bits } from "../../core/float16.ts";
import type { HostArray, HostArrays } from "../../core/index.ts";
import { clipTokenizerJson } from "../../data/text/test-tokenizer.ts";
import { fixture, madeWeights } from "../../models/dual-encoder/testing.ts";
import { type ClipSize, clip, clipVariants } from "../../models/index.ts";

export const formats = ["openai", "open_clip", "open_clip custom text", "hugging face"] as const;
export type Format = (typeof formats)[number];

const types = {
  F32: (value: number) => Buffer.from(Float32Array.of(value).buffer),
  F16: (value: number) => Buffer.from(Uint16Array.of(float16Bits(value)).buffer),
  // Cut, which is exact for numbers that have no more bits.
  BF16: (value: number) => Buffer.from(Float32Array.of(value).buffer).subarray(2),
  I64: (value: number) => Buffer.from(BigInt64Array.of(BigInt(value)).buffer),
} as const;
export type StoredType = keyof typeof types;

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly type?: StoredType;
}
export type Tensors = Record<string, Tensor>;

/** The bytes of a safetensors file, written from the format's description alone. */
export function safetensors(tensors: Tensors, type: StoredType = "F32"): Uint8Array {
  const header: Record<string, object> = {};
  const bodies: Buffer[] = [];
  let end = 0;
  for (const [name, { shape, values, type: own = type }] of Object.entries(tensors)) {
    const body = Buffer.concat(Array.from(values, types[own]));
    header[name] = { dtype: own, shape, data_offsets: [end, end + body.length] };
    bodies.push(body);
    end += body.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, ...bodies]);
}

/** Numbers that bfloat16 and float16 hold exactly. */
export const coarse = (weights: HostArrays): HostArrays =>
  Object.fromEntries(
    Object.entries(weights).map(([name, array]) => [
      name,
      { ...array, data: Float32Array.from(array.data as Float32Array, (value) => Math.round(value * 64) / 64) },
    ]),
  ) as HostArrays;

export const tinyWeights = (): HostArrays =>
  madeWeights(clip("tiny", fixture.size, { activation: "gelu" }).shapes().params);

const own = ({ shape, data }: HostArray): Tensor => ({ shape, values: data as Float32Array });

function turned({ shape: [rows, columns], values }: Tensor): Tensor {
  const out = Array.from({ length: rows * columns }, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
  return { shape: [columns, rows], values: out };
}

/** A block's tensors under the names of Hugging Face's modeling_clip.py. */
function huggingFaceBlock(weights: HostArrays, from: string, to: string): Tensors {
  const tensors: Tensors = {};
  for (const kind of ["weight", "bias"]) {
    const { shape, values } = own(weights[`${from}.attn.in_proj_${kind}`]);
    const third = values.length / 3;
    for (const [i, input] of ["q_proj", "k_proj", "v_proj"].entries())
      tensors[`${to}.self_attn.${input}.${kind}`] = {
        shape: [shape[0] / 3, ...shape.slice(1)],
        values: Array.from(values).slice(i * third, (i + 1) * third),
      };
    tensors[`${to}.self_attn.out_proj.${kind}`] = own(weights[`${from}.attn.out_proj.${kind}`]);
    tensors[`${to}.layer_norm1.${kind}`] = own(weights[`${from}.ln_1.${kind}`]);
    tensors[`${to}.layer_norm2.${kind}`] = own(weights[`${from}.ln_2.${kind}`]);
    tensors[`${to}.mlp.fc1.${kind}`] = own(weights[`${from}.mlp.c_fc.${kind}`]);
    tensors[`${to}.mlp.fc2.${kind}`] = own(weights[`${from}.mlp.c_proj.${kind}`]);
  }
  return tensors;
}

function huggingFace(weights: HostArrays): Tensors {
  const blocks = (from: string, to: string, depth: number) =>
    Array.from({ length: depth }, (_, i) =>
      huggingFaceBlock(weights, `${from}.resblocks.${i}`, `${to}.encoder.layers.${i}`),
    );
  const positions = (count: number): Tensor => ({
    shape: [1, count],
    values: Array.from({ length: count }, (_, i) => i),
    type: "I64",
  });
  const { image, text } = fixture.size;
  return Object.assign(
    {
      logit_scale: own(weights.logit_scale),
      "text_model.embeddings.position_ids": positions(text.context),
      "text_model.embeddings.token_embedding.weight": own(weights["token_embedding.weight"]),
      "text_model.embeddings.position_embedding.weight": own(weights.positional_embedding),
      "text_model.final_layer_norm.weight": own(weights["ln_final.weight"]),
      "text_model.final_layer_norm.bias": own(weights["ln_final.bias"]),
      "text_projection.weight": turned(own(weights.text_projection)),
      "vision_model.embeddings.class_embedding": own(weights["visual.class_embedding"]),
      "vision_model.embeddings.patch_embedding.weight": own(weights["visual.conv1.weight"]),
      "vision_model.embeddings.position_embedding.weight": own(weights["visual.positional_embedding"]),
      "vision_model.embeddings.position_ids": positions((image.imageSize / image.patch) ** 2 + 1),
      "vision_model.pre_layrnorm.weight": own(weights["visual.ln_pre.weight"]),
      "vision_model.pre_layrnorm.bias": own(weights["visual.ln_pre.bias"]),
      "vision_model.post_layernorm.weight": own(weights["visual.ln_post.weight"]),
      "vision_model.post_layernorm.bias": own(weights["visual.ln_post.bias"]),
      "visual_projection.weight": turned(own(weights["visual.proj"])),
    },
    ...blocks("visual.transformer", "vision_model", image.depth),
    ...blocks("transformer", "text_model", text.depth),
  );
}

/** Weights under OpenAI's names, as another would store them. */
export function tensorsAs(format: Format, weights: HostArrays): Tensors {
  if (format === "hugging face") return huggingFace(weights);
  const tensors = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, own(array)]));
  if (format === "open_clip") return { ...tensors, logit_scale: { ...tensors.logit_scale, shape: [1] } };
  const whole = (value: number): Tensor => ({ shape: [], values: [value], type: "I64" });
  if (format === "openai")
    return { ...tensors, input_resolution: whole(16), context_length: whole(8), vocab_size: whole(40) };
  const ofText = /^(text_projection|positional_embedding|token_embedding|transformer|ln_final)/;
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [ofText.test(name) ? `text.${name}` : name, tensor]),
  );
}

/** What says how many heads the tiny towers have; a width of 64 a head is not theirs. */
export const configs: Readonly<Record<"hugging face" | "open_clip", Record<string, unknown>>> = {
  "hugging face": {
    model_type: "clip",
    vision_config: { hidden_act: "gelu", num_attention_heads: fixture.size.image.heads },
    text_config: { hidden_act: "gelu", num_attention_heads: fixture.size.text.heads },
  },
  open_clip: {
    model_cfg: {
      embed_dim: fixture.size.embedding,
      vision_cfg: { image_size: 16, layers: 2, width: 32, patch_size: 8, head_width: 16 },
      text_cfg: { context_length: 8, vocab_size: 40, width: 24, heads: 3, layers: 2 },
    },
    preprocess_cfg: { mean: [0.5, 0.4, 0.3], std: [0.25, 0.25, 0.25] },
  },
};

/** Byte pairs of so few bytes that they fit into a vocabulary of 40. */
export function tinyTokenizer(): Record<string, unknown> {
  const json = clipTokenizerJson([]) as { model: { vocab: Record<string, number> }; post_processor: object };
  const letters = Array.from("abcdefghijklmnopqr");
  const tokens = [...letters, ...letters.map((letter) => `${letter}</w>`), "!", "!</w>"];
  const [start, end] = ["<|startoftext|>", "<|endoftext|>"];
  const vocab = Object.fromEntries([...tokens, start, end].map((token, id) => [token, id]));
  const added = (json as unknown as { added_tokens: { content: string }[] }).added_tokens;
  return {
    ...json,
    added_tokens: added.map((token) => ({ ...token, id: vocab[token.content] })),
    post_processor: { ...json.post_processor, sep: [end, vocab[end]], cls: [start, vocab[start]] },
    model: { ...json.model, vocab },
  };
}

/** Writes a folder as another would give it. */
export function writeClipFolder(
  folder: string,
  {
    tensors,
    type = "F32",
    config,
    weights = "model.safetensors",
    others = {},
  }: {
    readonly tensors: Tensors;
    readonly type?: StoredType;
    readonly config?: object;
    readonly weights?: string;
    /** Further files, by name. */
    readonly others?: Readonly<Record<string, object>>;
  },
): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, weights), safetensors(tensors, type));
  const files = { "tokenizer.json": tinyTokenizer(), ...(config && { "config.json": config }), ...others };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
}

/** A folder of `clip-small`'s image tower for images of 16 pixels, beside the tiny text tower: a CLIP that runs can be made of. */
export function writeSmallClipFolder(folder: string, { width = 128, heads = 4 } = {}): string {
  const { embedding, image } = clipVariants["clip-small"].size;
  const size: ClipSize = { embedding, image: { ...image, width, heads, imageSize: 16 }, text: fixture.size.text };
  const { text, image: small } = size;
  return writeClipFolder(folder, {
    tensors: tensorsAs("openai", madeWeights(clip("small", size, { activation: "gelu" }).shapes().params)),
    config: {
      model_type: "clip",
      vision_config: { hidden_act: "gelu", num_attention_heads: small.heads },
      text_config: { hidden_act: "gelu", num_attention_heads: text.heads },
    },
  });
}
