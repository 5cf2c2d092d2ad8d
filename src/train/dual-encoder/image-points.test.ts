import type { numpy as np } from "@jax-js/jax";
import { test } from "vitest";
import { HostArray, Random } from "../../core/index.ts";
import { expectCompiledEqualsOracle, normalArrays } from "../../engine/testing.ts";
import { createMethod } from "../../methods/index.ts";
import { type Arrays, createDualEncoder } from "../../models/index.ts";
import { contrastive } from "../../tasks/index.ts";
import { ownParams, textPoints } from "./embedder.ts";
import { imagePoints } from "./image-points.ts";

const text = { width: 16, heads: 2, depth: 1, context: 6, vocabulary: 12 };
const normal = normalArrays(new Random("image points"));

test.each([undefined, 1, 3])("compiled ≡ jax-js: points of images under %s references", async (count) => {
  const method = createMethod(
    count === undefined
      ? { name: "standard" }
      : { name: "anchored", maskTarget: "label", maskProbability: 0, references: "all", referenceCount: 3 },
    contrastive(),
  );
  const encoder = createDualEncoder("mlp", {
    inputChannels: method.inputChannels(3),
    imageSize: 8,
    embedding: 6,
    text,
  });
  const { params, state } = encoder.init(new Random("weights"));
  const shown = { images: normal(4, 3, 8, 8), ...(count && { references: normal(count, 1, 3, 8, 8) }) };
  const points = imagePoints(encoder, method);
  const fn = (params: Arrays, state: Arrays, { images, references }: Record<string, np.Array>) =>
    points({ params, state }, { images, references });
  await expectCompiledEqualsOracle(fn as never, [ownParams(encoder.image, params), state, shown], 1e-5);
});

test("compiled ≡ jax-js: points of texts", async () => {
  const encoder = createDualEncoder("mlp", { imageSize: 8, embedding: 6, text });
  const { params } = encoder.init(new Random("weights"));
  const tokens = new HostArray("int32", [2, 6], Int32Array.of(10, 3, 11, 0, 0, 0, 10, 4, 5, 6, 7, 11));
  const points = textPoints(encoder);
  const fn = (params: Arrays, tokens: np.Array) => points({ params }, { tokens });
  await expectCompiledEqualsOracle(fn as never, [ownParams(encoder.text, params), tokens], 1e-5);
});
