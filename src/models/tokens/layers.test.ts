import { nn, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { type HostArray, Random, UserError } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays, relativeError } from "../../engine/testing.ts";
import { clipImageTower } from "../dual-encoder/image-tower.ts";
import { createDualEncoder } from "../dual-encoder/index.ts";
import { prefixed } from "../dual-encoder/prefixed.ts";
import { type Arrays, createModel, type Model } from "../index.ts";
import { withoutHead } from "../model-of.ts";
import { visionTransformer } from "../vision-transformer.ts";

const [COUNT, SIZE] = [2, 16];
const images = normalArrays(new Random("images"))(COUNT, 3, SIZE, SIZE);
const small = { patch: 4, width: 24, depth: 3, heads: 3 };
const options = { inputChannels: 3, classes: 4, imageSize: SIZE };

/** Networks, and the function that stands between their last block and their features. */
const networks: [string, Model, (read: np.Array, params: Arrays) => np.Array][] = [
  [
    "with a class token",
    visionTransformer("small", { ...small, classToken: true }, options),
    (x, p) => normalised(first(x), p["norm.weight"], p["norm.bias"], 1e-6),
  ],
  [
    "without one",
    visionTransformer("small", small, options),
    (x, p) => normalised(np.mean(x, 1), p["fc_norm.weight"], p["fc_norm.bias"], 1e-6),
  ],
  [
    "under a prefix",
    prefixed(visionTransformer("small", { ...small, classToken: true }, options), "visual."),
    (x, p) => normalised(first(x), p["visual.norm.weight"], p["visual.norm.bias"], 1e-6),
  ],
  [
    "of CLIP",
    clipImageTower(
      "small",
      { imageSize: SIZE, patch: 4, width: 24, depth: 3, heads: 3 },
      { channels: 3, embedding: 8, activation: "gelu" },
    ),
    (x, p) => normalised(first(x), p["visual.ln_post.weight"], p["visual.ln_post.bias"], 1e-5),
  ],
];
const first = (x: np.Array) => np.reshape(np.split(x, [1], 1)[0], [-1, small.width]);
const normalised = (x: np.Array, weight: np.Array, bias: np.Array, epsilon: number) =>
  np.add(np.multiply(nn.standardize(x, -1, { epsilon } as never), weight), bias);

describe.each(networks)("a vision transformer %s", (_, model, read) => {
  const { params } = model.init(new Random("weights"));
  const tokens = model.tokens!;
  const look = (layer: string) => (p: Arrays, x: np.Array) => {
    const { hidden, attention } = tokens.at(layer)(p, {}, x, "predict");
    return { hidden, attention };
  };

  test("names its blocks; compiled ≡ jax-js: what each makes of images", async () => {
    expect(tokens.layers).toHaveLength(3);
    for (const layer of tokens.layers) await expectCompiledEqualsOracle(look(layer), [params, images]);
  }, 60_000);

  test("attention is a token's shares of all, by head", async () => {
    const seen = await runOracle<{ hidden: HostArray; attention: HostArray }>(look(tokens.layers[1]), [params, images]);
    expect(seen.hidden.shape).toEqual([COUNT, tokens.count, 24]);
    expect(seen.attention.shape).toEqual([COUNT, 3, tokens.count, tokens.count]);
    expect(tokens.count).toBe(16 + Number(tokens.classToken));
    const row = seen.attention.data.subarray(0, tokens.count) as Float32Array;
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  test("the last block's tokens are those that the ordinary forward reads", async () => {
    const own = Object.fromEntries(Object.keys(withoutHead(model).shapes().params).map((name) => [name, params[name]]));
    const usual = (p: Arrays, x: np.Array) => withoutHead(model).features(p, {}, x, "predict").features;
    const ofTokens = (p: Arrays, x: np.Array) => {
      const kept = Object.fromEntries(Object.entries(p).map(([name, array]) => [name, array.ref]));
      return read(tokens.at(tokens.layers[2])(kept, {}, x, "predict").hidden, p);
    };
    const [expected, actual] = await Promise.all(
      [usual, ofTokens].map(async (fn) => {
        const program = await compile(fn, [own, images], { threads: 1 });
        const out = (await program.run([own, images])) as HostArray;
        await program.dispose();
        return out;
      }),
    );
    expect(relativeError(actual, expected)).toBeLessThan(1e-5);
  });

  test("a block that it has not is refused, saying which it has", () => {
    expect(() => tokens.at("blocks.7")).toThrow(UserError);
    expect(() => tokens.at("blocks.7")).toThrow(/options\.layer blocks\.7: small has 3 blocks, \S+\.0 to \S+\.2/);
  });
});

test("other networks, and those that are anchored at hidden values, show no tokens", () => {
  expect(createModel("resnet20", options).tokens).toBeUndefined();
  expect(createModel("vit-tiny-patch4-depth6", options).tokens).toMatchObject({ classToken: false, count: 16 });
  expect(createModel("vit-tiny-patch4-depth6", { ...options, anchorAt: "features" }).tokens).toBeUndefined();
  expect(createDualEncoder("clip-small").image.model.tokens?.layers[0]).toBe("visual.transformer.resblocks.0");
});
