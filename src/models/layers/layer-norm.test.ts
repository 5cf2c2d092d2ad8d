import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import type { Arrays } from "../model.ts";
import { layerNorm } from "./layer-norm.ts";

const layer = layerNorm("norm", 4);
const initial: HostArrays = {};
layer.init(new Random(0), initial, {});

const forward = (params: Arrays, x: np.Array) => layer.apply({ params, state: {}, moved: {}, mode: "train" }, x);

test("values by hand, as PyTorch's LayerNorm", async () => {
  // Mean 2.5, biased variance 1.25; mean 11, variance 3.
  const x = HostArray.float32([2, 4], [1, 2, 3, 4, 10, 10, 10, 14]);
  const params = {
    "norm.weight": HostArray.float32([4], [1, 1, 2, 1]),
    "norm.bias": HostArray.float32([4], [0, 0, 0, 5]),
  };
  const y = await runOracle<HostArray>(forward, [params, x]);
  const [narrow, wide] = [Math.sqrt(1.25 + 1e-6), Math.sqrt(3 + 1e-6)];
  const expected = [
    -1.5 / narrow,
    -0.5 / narrow,
    1 / narrow,
    5 + 1.5 / narrow,
    -1 / wide,
    -1 / wide,
    -2 / wide,
    5 + 3 / wide,
  ];
  expected.forEach((value, i) => {
    expect(y.data[i]).toBeCloseTo(value, 5);
  });
});

test("a mean 1000 times the deviation keeps its digits, compiled", async () => {
  const x = HostArray.float32([1, 1, 4], [999, 1000, 1000, 1001]);
  const program = await compile(forward, [initial, x], { threads: 1 });
  const y: HostArray = await program.run([initial, x]);
  await program.dispose();
  [-Math.SQRT2, 0, 0, Math.SQRT2].forEach((value, i) => {
    expect(y.data[i]).toBeCloseTo(value, 4);
  });
});
