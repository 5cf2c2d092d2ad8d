import { lax, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { type HostArray, type HostArrays, Random } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { normalArrays } from "../../engine/testing.ts";
import type { Arrays } from "../model.ts";
import { patchEmbedding } from "./patch-embedding.ts";

test("tokens are the pixels, row by row, of a convolution whose stride is its kernel", async () => {
  const layer = patchEmbedding("p", 3, 5, 2);
  const params: HostArrays = {};
  layer.init(new Random(1), params, {});
  const images = normalArrays(new Random(2))(2, 3, 4, 6);
  const tokens = await runOracle<HostArray>(
    (params: Arrays, x: np.Array) => layer.apply({ params, state: {}, moved: {}, mode: "train" }, x),
    [params, images],
  );
  const pixels = await runOracle<HostArray>(
    (params: Arrays, x: np.Array) => {
      const y = lax.conv(x, params["p.weight"], [2, 2], "VALID");
      return np.add(np.reshape(np.transpose(y, [0, 2, 3, 1]), [2, 6, 5]), params["p.bias"]);
    },
    [params, images],
  );
  expect(tokens.shape).toEqual([2, 6, 5]);
  pixels.data.forEach((value, i) => {
    expect(tokens.data[i]).toBeCloseTo(value, 5);
  });
});
