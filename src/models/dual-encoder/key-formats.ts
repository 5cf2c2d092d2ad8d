/** Where a file keeps one of our parameters. */
export interface Stored {
  /** Tensors that make it up, one behind the other along the first axis. */
  readonly names: readonly string[];
  /** Whether it is kept [out, in] where ours is [in, out]. */
  readonly transposed?: boolean;
}

/** How somebody names CLIP's parameters. */
export interface KeyFormat {
  readonly title: string;
  /** Whether these names are of the format. */
  matches(names: ReadonlySet<string>): boolean;
  /** @param own OpenAI's name, which is ours */
  storedAs(own: string): Stored;
}

const openAi: KeyFormat = {
  title: "OpenAI's or open_clip's",
  matches: () => true,
  storedAs: (own) => ({ names: [own] }),
};

/** open_clip's `CustomTextCLIP`, which holds the text tower as `text`. */
const openClipText: KeyFormat = {
  title: "open_clip's (text tower under text.)",
  matches: (names) => names.has("text.token_embedding.weight"),
  storedAs: (own) => ({ names: [own.startsWith("visual.") || own === "logit_scale" ? own : `text.${own}`] }),
};

/** Of a block; its attention's inputs are three layers there. */
const blockParts: Readonly<Record<string, string>> = {
  ln_1: "layer_norm1",
  ln_2: "layer_norm2",
  "attn.out_proj": "self_attn.out_proj",
  "mlp.c_fc": "mlp.fc1",
  "mlp.c_proj": "mlp.fc2",
};

const others: Readonly<Record<string, Stored>> = {
  "visual.conv1.weight": { names: ["vision_model.embeddings.patch_embedding.weight"] },
  "visual.class_embedding": { names: ["vision_model.embeddings.class_embedding"] },
  "visual.positional_embedding": { names: ["vision_model.embeddings.position_embedding.weight"] },
  // So spelled there.
  "visual.ln_pre.weight": { names: ["vision_model.pre_layrnorm.weight"] },
  "visual.ln_pre.bias": { names: ["vision_model.pre_layrnorm.bias"] },
  "visual.ln_post.weight": { names: ["vision_model.post_layernorm.weight"] },
  "visual.ln_post.bias": { names: ["vision_model.post_layernorm.bias"] },
  "visual.proj": { names: ["visual_projection.weight"], transposed: true },
  "token_embedding.weight": { names: ["text_model.embeddings.token_embedding.weight"] },
  positional_embedding: { names: ["text_model.embeddings.position_embedding.weight"] },
  "ln_final.weight": { names: ["text_model.final_layer_norm.weight"] },
  "ln_final.bias": { names: ["text_model.final_layer_norm.bias"] },
  text_projection: { names: ["text_projection.weight"], transposed: true },
  logit_scale: { names: ["logit_scale"] },
};

/** The `CLIPModel` of Hugging Face's transformers. */
const huggingFace: KeyFormat = {
  title: "Hugging Face's CLIPModel",
  matches: (names) => [...names].some((name) => /^(vision|text)_model\./.test(name)),
  storedAs(own) {
    const block = /^(visual\.)?transformer\.resblocks\.(\d+)\.(.+?)[._](weight|bias)$/.exec(own);
    if (!block) return others[own];
    const [, visual, index, part, kind] = block;
    const layer = `${visual ? "vision" : "text"}_model.encoder.layers.${index}`;
    if (part !== "attn.in_proj") return { names: [`${layer}.${blockParts[part]}.${kind}`] };
    return { names: ["q", "k", "v"].map((input) => `${layer}.self_attn.${input}_proj.${kind}`) };
  },
};

const formats = [huggingFace, openClipText, openAi];

/** The format that names are of; OpenAI's where they are of no other. */
export const keyFormatOf = (names: ReadonlySet<string>): KeyFormat =>
  formats.find(({ matches }) => matches(names)) ?? openAi;

/** Positions that were stored as numbers once, and sizes beside OpenAI's weights: no parameters. */
export const isNoParameter = (name: string): boolean =>
  /(^|\.)(position_ids|attn_mask|input_resolution|context_length|vocab_size)$/.test(name);

export const keyFormats = { huggingFace, openClipText, openAi };
