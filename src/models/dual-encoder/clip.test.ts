import { grad, type numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random, sizeOf, UserError } from "../../core/index.ts";
import { ArraySpec, compile, runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays, relativeError } from "../../engine/testing.ts";
import type { Arrays } from "../model.ts";
import { keep } from "../model.ts";
import { clip } from "./clip.ts";
import { createDualEncoder } from "./create.ts";
import { clipVariants } from "./table.ts";
import { fixture, logitsOf, madeInputs, madeWeights, pairLoss, rows, tinySize, tinyTexts } from "./testing.ts";

const COUNT = 6;
const images = normalArrays(new Random("images"))(COUNT, 3, 16, 16);
const texts = tinyTexts(COUNT);

/** No array of zeros or ones hides a gradient. */
const moved = (params: HostArrays): HostArrays => {
  const random = new Random("moved");
  return Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => [
      name,
      HostArray.float32(
        shape,
        Float32Array.from(data as Float32Array, (value) => value + 0.1 * random.normal()),
      ),
    ]),
  );
};

describe.each(["quick-gelu", "gelu"] as const)("CLIP with %s", (activation) => {
  const encoder = clip("tiny", tinySize, { activation });
  const params = moved(encoder.init(new Random(1)).params);

  const outputs = (p: Arrays, x: np.Array, t: np.Array) => ({
    image: encoder.image.encode(keep(p), {}, x.ref, "predict").embeddings,
    text: encoder.text.encode(keep(p), {}, t.ref, "predict").embeddings,
    logits: logitsOf(encoder, p, x, t),
  });

  test("compiled ≡ jax-js: both towers' embeddings, and their logits", async () => {
    await expectCompiledEqualsOracle(outputs, [params, images, texts]);
  });

  test("PyTorch's operators give the same embeddings and logits (fixtures/make-clip-logits.py)", async () => {
    const { images, texts } = madeInputs();
    const args = [madeWeights(encoder.shapes().params), images, texts] as const;
    const program = await compile(outputs, [...args], { threads: 1 });
    const actual = await program.run([...args]);
    await program.dispose();
    const expected = fixture.outputs[activation];
    for (const name of ["image", "text", "logits"] as const)
      expect(relativeError(actual[name], rows(expected[name])), name).toBeLessThan(1e-5);
  });

  test("compiled ≡ jax-js: the gradient of the contrastive loss", async () => {
    const fn = grad((p: Arrays, x: np.Array, t: np.Array) => pairLoss(encoder, p, x, t) as never) as never;
    await expectCompiledEqualsOracle(fn, [params, images, texts], 1e-4);
  }, 120_000);
});

describe("CLIP", () => {
  const encoder = clip("tiny", tinySize, { activation: "gelu" });
  const { params } = encoder.init(new Random(1));

  test("says of its parameters what is drawn; each tower's are its own", () => {
    const drawn = Object.entries(params).map(([name, { shape }]) => [name, shape]);
    expect(Object.entries(encoder.shapes().params)).toEqual(drawn);
    expect([...encoder.image.params, ...encoder.text.params, encoder.logitScale]).toEqual(Object.keys(params));
    expect(params.logit_scale.data[0]).toBeCloseTo(2.6593, 4);
    for (const name of encoder.biases) expect(params[name].shape, name).toHaveLength(1);
    expect(encoder.embeddings).toContain("token_embedding.weight");
  });

  test("a text is read at its end: what is behind it, and only that, changes nothing", async () => {
    const embed = (tokens: number[]) =>
      runOracle<HostArray>(
        (p: Arrays, t: np.Array) => encoder.text.encode(p, {}, t, "predict").embeddings,
        [
          Object.fromEntries(encoder.text.params.map((name) => [name, params[name]])),
          new HostArray("int32", [1, 8], Int32Array.from(tokens)),
        ],
      );
    const one = await embed([38, 5, 6, 39, 0, 0, 0, 0]);
    expect(await embed([38, 5, 6, 39, 39, 39, 39, 39])).toEqual(one);
    expect(await embed([38, 5, 6, 39, 7, 8, 9, 1])).toEqual(one);
    expect(await embed([38, 6, 5, 39, 0, 0, 0, 0])).not.toEqual(one);
  });

  test("images and texts of another size are refused", async () => {
    const compiled = (images: ArraySpec, texts: ArraySpec) =>
      compile((p: Arrays, x: np.Array, t: np.Array) => logitsOf(encoder, p, x, t), [params, images, texts]);
    const [image, text] = [new ArraySpec([1, 3, 16, 16]), new ArraySpec([1, 8], "int32")];
    await expect(compiled(new ArraySpec([1, 3, 24, 24]), text)).rejects.toThrow("images are 24×24");
    await expect(compiled(image, new ArraySpec([1, 9], "int32"))).rejects.toThrow("texts are of 9 tokens");
  });

  test("widths that heads don't divide and unknown names are refused", () => {
    const uneven = { ...tinySize, text: { ...tinySize.text, heads: 5 } };
    expect(() => clip("uneven", uneven, { activation: "gelu" })).toThrow("the text tower's width is 24; its 5 heads");
    expect(() => createDualEncoder("clip")).toThrow(UserError);
    expect(() => createDualEncoder("clip")).toThrow("clip-vit-b-32");
  });
});

// Radford et al. 2021, table 20, give the sizes; the counts are those of the published weights.
test.each([
  ["clip-vit-b-32", 151_277_313],
  ["clip-vit-b-16", 149_620_737],
  ["clip-vit-l-14", 427_616_513],
] as const)("%s has %i parameters", (name, count) => {
  const { params } = createDualEncoder(name).shapes();
  expect(Object.values(params).reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(count);
  expect(clipVariants[name].size.image.width / clipVariants[name].size.image.heads).toBe(64);
});
