import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, Random } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { normalArrays, relativeError } from "../engine/testing.ts";
import { type Arrays, createModel } from "../models/index.ts";
import { tuple } from "./index.ts";
import { tiedStart } from "./internal.ts";

test("the network starts as that of its residual half on the image alone, whatever the reference", async () => {
  const [wide, plain] = [6, 3].map((inputChannels) => createModel("resnet20", { inputChannels, classes: 3 }));
  const { params, state } = wide.init(new Random("tied"));
  const tied = tiedStart(params, wide.stemWeight);
  const { shape, data } = params[wide.stemWeight];
  const filter = data.length / shape[0];
  const residualHalf = (data as Float32Array).filter((_, i) => i % filter >= filter / 2);
  const half = { ...params, [plain.stemWeight]: HostArray.float32([shape[0], 3, 3, 3], residualHalf) };

  const normal = normalArrays(new Random("tied images"));
  const noise = () => normal(2, 3, 8, 8);
  const images = noise();
  const expected = await runOracle(
    (p: Arrays, s: Arrays, x: np.Array) => plain.apply(p, s, x, "predict").logits,
    [half, state, images],
  );
  for (let i = 0; i < 2; i++) {
    const actual = await runOracle(
      (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => wide.apply(p, s, tuple(x, r), "predict").logits,
      [tied, state, images, noise()],
    );
    expect(relativeError(actual, expected)).toBeLessThan(1e-4);
  }
});
