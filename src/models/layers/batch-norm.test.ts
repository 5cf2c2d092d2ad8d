import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import type { Arrays } from "../model.ts";
import { batchNorm } from "./batch-norm.ts";

const layer = batchNorm("bn", 2);
const params: HostArrays = {};
const state: HostArrays = {};
layer.init(new Random(0), params, state);

const forward = (mode: "train" | "predict") => (params: Arrays, state: Arrays, x: np.Array) => {
  const moved: Arrays = {};
  return { y: layer.apply({ params, state, moved, mode }, x), moved };
};

// [N, C, H, W] = [2, 2, 1, 2]: channel 0 holds 1 2 3 4, channel 1 holds 10 10 10 14.
const x = HostArray.float32([2, 2, 1, 2], [1, 2, 10, 10, 3, 4, 10, 14]);

test("values and running statistics by hand, as PyTorch's BatchNorm2d", async () => {
  const { y, moved } = await runOracle(forward("train"), [params, state, x]);
  // Channel 0: mean 2.5, biased variance 1.25, unbiased 5/3. Channel 1: mean 11, 3, 4.
  expect(y.data[0]).toBeCloseTo(-1.5 / Math.sqrt(1.25 + 1e-5), 5);
  expect(y.data[7]).toBeCloseTo(3 / Math.sqrt(3 + 1e-5), 5);
  expect([...moved["bn.running_mean"].data].map((v: number) => v.toFixed(5))).toEqual(["0.25000", "1.10000"]);
  expect([...moved["bn.running_var"].data].map((v: number) => v.toFixed(5))).toEqual(["1.06667", "1.30000"]);
});

test("prediction uses the running statistics", async () => {
  const trained = {
    "bn.running_mean": HostArray.float32([2], [1, 10]),
    "bn.running_var": HostArray.float32([2], [4, 16]),
  };
  const { y } = await runOracle(forward("predict"), [params, trained, x]);
  expect([...y.data].map((v: number) => v.toFixed(4))).toEqual([0, 0.5, 0, 0, 1, 1.5, 0, 1].map((v) => v.toFixed(4)));
});

test("a mean 1000 times the deviation keeps its digits, compiled", async () => {
  const random = new Random("far");
  const far = HostArray.zeros([8, 2, 4, 4]);
  for (let i = 0; i < far.data.length; i++) far.data[i] = 1000 + random.normal();
  const program = await compile(forward("train"), [params, state, far], { threads: 1 });
  const { y } = await program.run([params, state, far]);
  await program.dispose();
  for (const channel of [0, 1]) {
    const values = Array.from(far.data).filter((_, i) => Math.floor(i / 16) % 2 === channel);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length + 1e-5);
    const actual = Array.from(y.data as Float32Array).filter((_, i) => Math.floor(i / 16) % 2 === channel);
    actual.forEach((value, i) => {
      expect(value).toBeCloseTo((values[i] - mean) / std, 3);
    });
  }
});
