import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import type { Arrays } from "../model.ts";
import { attention } from "./attention.ts";

// Width 2 with two heads of width 1. Rows of the fused weight: queries, keys, values, each by head.
const params = (queries: number[], keys: number[]) => ({
  "a.qkv.weight": HostArray.float32([6, 2], [...queries, ...keys, 1, 0, 0, 1]),
  "a.qkv.bias": HostArray.zeros([6]),
  "a.proj.weight": HostArray.float32([2, 2], [1, 0, 0, 1]),
  "a.proj.bias": HostArray.float32([2], [0, 100]),
});
const layer = attention("a", 2, 2, 0.02);
const forward = (params: Arrays, x: np.Array) => layer.apply({ params, state: {}, moved: {}, mode: "train" }, x);
// One image of three tokens.
const x = HostArray.float32([1, 3, 2], [1, 10, 2, 20, 6, 30]);

test("without queries every token is the mean of the values", async () => {
  const y = await runOracle<HostArray>(forward, [params([0, 0, 0, 0], [1, 0, 0, 1]), x]);
  [3, 120, 3, 120, 3, 120].forEach((value, i) => {
    expect(y.data[i]).toBeCloseTo(value, 4);
  });
});

test("each head has its own weights, softmax(q·k)", async () => {
  // Head 0 looks (q·k = 1·1, 1·2, 1·6 for the first token); head 1 has no queries.
  const y = await runOracle<HostArray>(forward, [params([1, 0, 0, 0], [1, 0, 0, 1]), x]);
  const weights = [1, 2, 6].map((k) => Math.exp(k));
  const sum = weights[0] + weights[1] + weights[2];
  expect(y.data[0]).toBeCloseTo((weights[0] * 1 + weights[1] * 2 + weights[2] * 6) / sum, 4);
  expect(y.data[1]).toBeCloseTo(120, 4);
});
