import { mkdtempSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { numpy as np } from "@jax-js/jax";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { clipTokenizerJson } from "../../data/text/test-tokenizer.ts";
import { compile } from "../../engine/index.ts";
import { relativeError } from "../../engine/testing.ts";
import { fixture, logitsOf, madeInputs, rows } from "../../models/dual-encoder/testing.ts";
import type { Arrays } from "../../models/index.ts";
import { isDualEncoderFolder, loadDualEncoder } from "./load-dual-encoder.ts";
import {
  coarse,
  configs,
  type Format,
  formats,
  type StoredType,
  type Tensors,
  tensorsAs,
  tinyWeights,
  writeClipFolder,
} from "./test-clip-folder.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "clip-"));
});
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const folder = (parts: Partial<Parameters<typeof writeClipFolder>[1]> = {}): string =>
  writeClipFolder(join(root, `${made++}`), {
    tensors: tensorsAs("openai", tinyWeights()),
    config: configs["hugging face"],
    ...parts,
  });

describe.each(formats)("weights as %s", (format) => {
  test("give the logits that PyTorch's operators give (fixtures/make-clip-logits.py)", async () => {
    const path = folder({ tensors: tensorsAs(format, tinyWeights()) });
    for (const activation of ["gelu", "quick-gelu"] as const) {
      const { encoder, params } = loadDualEncoder(path, { activation });
      const { images, texts } = madeInputs();
      const fn = (p: Arrays, x: np.Array, t: np.Array) => logitsOf(encoder, p, x, t);
      const program = await compile(fn, [params, images, texts], { threads: 1 });
      const logits = await program.run([params, images, texts]);
      await program.dispose();
      expect(relativeError(logits, rows(fixture.outputs[activation].logits)), activation).toBeLessThan(1e-5);
    }
  });

  test.each<StoredType>(["F16", "BF16"])("in %s are read as they are", (type) => {
    const weights = coarse(tinyWeights());
    const { params } = loadDualEncoder(folder({ tensors: tensorsAs(format, weights), type }));
    expect(Object.keys(params)).toEqual(Object.keys(weights));
    for (const [name, { shape, data }] of Object.entries(params)) {
      expect(shape, name).toEqual(weights[name].shape);
      expect(data, name).toEqual(weights[name].data);
    }
  });
});

test("sizes are read off the shapes; heads, activation and normalization off the configuration", () => {
  const { encoder, normalization, format, tokenizer, notes } = loadDualEncoder(folder());
  expect(encoder.embedding).toBe(fixture.size.embedding);
  expect(encoder.image.imageSize).toBe(fixture.size.image.imageSize);
  expect(encoder.text.context).toBe(fixture.size.text.context);
  expect(encoder.text.vocabulary).toBe(fixture.size.text.vocabulary);
  expect(tokenizer.vocabulary).toBe(40);
  expect(normalization.mean[0]).toBe(0.48145466);
  expect(format).toContain("OpenAI");
  expect(notes).toEqual([]);
  const others = { "open_clip_config.json": configs.open_clip };
  const open = folder({ weights: "open_clip_model.safetensors", config: undefined, others });
  expect(loadDualEncoder(open).normalization).toEqual({ mean: [0.5, 0.4, 0.3], std: [0.25, 0.25, 0.25] });
  const preprocessor = { image_mean: [0.1, 0.2, 0.3], image_std: [1, 1, 1], size: { shortest_edge: 224 } };
  const both = folder({ others: { "preprocessor_config.json": preprocessor } });
  expect(loadDualEncoder(both).normalization).toEqual({ mean: [0.1, 0.2, 0.3], std: [1, 1, 1] });
});

test("the activation is said by the configuration, or asked for; a contradiction is told", () => {
  const config = structuredClone(configs.open_clip) as { model_cfg: { quick_gelu?: boolean } };
  const [gelu, quick] = [
    folder({ config }),
    folder({ config: { ...config, model_cfg: { ...config.model_cfg, quick_gelu: true } } }),
  ];
  expect(loadDualEncoder(gelu, { activation: "quick-gelu" }).notes).toEqual([
    `${gelu} says its activation is gelu; quick-gelu is taken as asked`,
  ]);
  expect(loadDualEncoder(quick, { activation: "quick-gelu" }).notes).toEqual([]);
  const silent = folder({ config: undefined });
  expect(() => loadDualEncoder(silent)).toThrow("no config.json says which activation");
});

test("names with a wrapper's prefix are read, which is told", () => {
  const tensors = Object.entries(tensorsAs("openai", tinyWeights()));
  const path = folder({ tensors: Object.fromEntries(tensors.map(([name, tensor]) => [`module.${name}`, tensor])) });
  expect(loadDualEncoder(path).notes).toEqual(["names are read without their prefix module."]);
});

const changed = (format: Format, change: (tensors: Tensors) => void) => (): string => {
  const tensors = tensorsAs(format, tinyWeights());
  change(tensors);
  return folder({ tensors });
};
const query = "vision_model.encoder.layers.1.self_attn.q_proj.weight";

test.each<[string, () => string, RegExp]>([
  ["no weights", () => root, /no model.safetensors or open_clip_model.safetensors in it/],
  [
    "a missing weight",
    changed("hugging face", (tensors) => delete tensors[query]),
    /model.safetensors: vision_model\.encoder\.layers\.1\.self_attn\.q_proj\.weight is missing/,
  ],
  [
    "one half of a CLIP",
    changed("hugging face", (tensors) => {
      for (const name of Object.keys(tensors)) if (name.startsWith("text_")) delete tensors[name];
    }),
    /text_model\.embeddings\.token_embedding\.weight is missing/,
  ],
  [
    "a weight of another shape",
    changed("hugging face", (tensors) => {
      tensors[query] = { shape: [1], values: [0] };
    }),
    /q_proj\.weight is \[1\], the other weights make it \[32,32\]/,
  ],
  [
    "a weight of other axes",
    changed("openai", (tensors) => {
      tensors["visual.proj"] = { shape: [1], values: [0] };
    }),
    /visual\.proj is \[1\]; of a CLIP with a vision transformer it has 2 axes/,
  ],
  [
    "positions of no square",
    changed("openai", (tensors) => {
      tensors["visual.positional_embedding"] = { shape: [4, 32], values: new Array(128).fill(0) };
    }),
    /3 positions of patches are no square/,
  ],
  [
    "a foreign weight",
    changed("open_clip", (tensors) => {
      tensors.logit_bias = { shape: [1], values: [0] };
    }),
    /logit_bias is no weight of a CLIP with a vision transformer/,
  ],
  [
    "a weight that is not finite",
    changed("open_clip custom text", (tensors) => {
      tensors["text.ln_final.bias"] = { shape: [24], values: new Array(24).fill(Number.NaN) };
    }),
    /text\.ln_final\.bias is NaN at element 0/,
  ],
  [
    "whole numbers",
    changed("openai", (tensors) => {
      tensors.logit_scale = { shape: [], values: [3], type: "I64" };
    }),
    /logit_scale holds I64; weights are F32/,
  ],
  [
    "a file that is too large",
    () => {
      const path = folder();
      // It takes no room: nothing is written.
      truncateSync(join(path, "model.safetensors"), 2 ** 31);
      return path;
    },
    /model\.safetensors: a file of 2\.0 GiB; it must be smaller than 2/,
  ],
  [
    "heads that are not said",
    () => folder({ config: { model_type: "clip" } }),
    /the image tower's width 32 is not 0\.5 heads/,
  ],
  [
    "another activation",
    () => folder({ config: { model_type: "clip", text_config: { hidden_act: "relu" } } }),
    /config\.json: text_config\.hidden_act: "relu" is no activation of CLIP's here; known: quick_gelu, gelu/,
  ],
  [
    "activations that differ",
    () => folder({ config: { model_type: "clip", text_config: { hidden_act: "gelu" } } }),
    /different activations \(quick-gelu, gelu\)/,
  ],
  ["another family", () => folder({ config: { model_type: "siglip" } }), /config\.json: model_type: /],
  [
    "a tower of another kind",
    () => folder({ config: { model_cfg: { vision_cfg: { width: 32, pool_type: "avg" }, text_cfg: {} } } }),
    /config\.json: model_cfg\.vision_cfg: Unrecognized key: "pool_type"/,
  ],
  [
    "a tower that is no plain transformer",
    () => folder({ config: { model_cfg: { vision_cfg: { layers: [3, 4], width: 64 }, text_cfg: {} } } }),
    /config\.json: model_cfg\.vision_cfg\.layers: is no number: only plain vision transformers/,
  ],
  [
    "images that are squeezed",
    () => {
      const preprocessor = { image_mean: [0, 0, 0], image_std: [1, 1, 1], size: { height: 16, width: 16 } };
      return folder({ others: { "preprocessor_config.json": preprocessor } });
    },
    /preprocessor_config\.json: size: is no shortest_edge/,
  ],
  [
    "a tokenizer of another model",
    () => folder({ others: { "tokenizer.json": clipTokenizerJson([]) } }),
    /tokenizer\.json: it has 514 ids, the text tower only 40/,
  ],
  [
    "no tokenizer",
    () => {
      const path = folder();
      unlinkSync(join(path, "tokenizer.json"));
      expect(isDualEncoderFolder(path)).toBe(false);
      return path;
    },
    /tokenizer\.json is missing; copy the model's own/,
  ],
  [
    "a damaged tokenizer",
    () => {
      const path = folder();
      expect(isDualEncoderFolder(path)).toBe(true);
      writeFileSync(join(path, "tokenizer.json"), "{");
      return path;
    },
    /tokenizer\.json: not valid JSON/,
  ],
])("%s: refused in one line", (_, path, message) => {
  const given = path();
  expect(() => loadDualEncoder(given)).toThrow(UserError);
  expect(() => loadDualEncoder(given)).toThrow(message);
  expect(() => loadDualEncoder(given)).toThrow(/^[^\n]*$/);
});
