import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, relativeError } from "../../engine/testing.ts";
import type { Arrays, Mode } from "../model.ts";
import { batchNorm, batchNormParameters } from "./batch-norm.ts";

const layer = batchNorm("bn", 2);
const params: HostArrays = {};
const state: HostArrays = {};
layer.init(new Random(0), params, state);

const forward = (mode: Mode) => (params: Arrays, state: Arrays, x: np.Array) => {
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

test("running statistics of several ranks that have the same: those of as many more values", async () => {
  const { y, moved } = await runOracle(forward({ ranks: 2 }), [params, state, x]);
  expect(relativeError(y, (await runOracle(forward("train"), [params, state, x])).y)).toBeLessThan(1e-6);
  // Channel 0: biased variance 1.25 of 8 values: 10/7. Channel 1: 3 and 24/7.
  expect([...moved["bn.running_mean"].data].map((v: number) => v.toFixed(5))).toEqual(["0.25000", "1.10000"]);
  expect([...moved["bn.running_var"].data].map((v: number) => v.toFixed(5))).toEqual(["1.04286", "1.24286"]);
});

test("prediction uses the running statistics", async () => {
  const trained = {
    "bn.running_mean": HostArray.float32([2], [1, 10]),
    "bn.running_var": HostArray.float32([2], [4, 16]),
  };
  const { y } = await runOracle(forward("predict"), [params, trained, x]);
  expect([...y.data].map((v: number) => v.toFixed(4))).toEqual([0, 0.5, 0, 0, 1, 1.5, 0, 1].map((v) => v.toFixed(4)));
});

const trainings: [string, Mode][] = [
  ["alone", "train"],
  ["one of several ranks", { ranks: 1 }],
];

test.each(trainings)("a mean 1000 times the deviation keeps its digits, compiled: %s", async (_name, mode) => {
  const random = new Random("far");
  const far = HostArray.zeros([8, 2, 4, 4]);
  for (let i = 0; i < far.data.length; i++) far.data[i] = 1000 + random.normal();
  const program = await compile(forward(mode), [params, state, far], { threads: 1 });
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

test("blended statistics by hand; a share of 1 is prediction; nothing is moved; compiled as by jax-js", async () => {
  const trained = {
    "bn.running_mean": HostArray.float32([2], [1, 10]),
    "bn.running_var": HostArray.float32([2], [4, 16]),
  };
  const scaled = { "bn.weight": HostArray.float32([2], [2, 1]), "bn.bias": HostArray.float32([2], [0, 5]) };
  const { y, moved } = await runOracle(forward({ runningShare: 0.25 }), [scaled, trained, x]);
  // Channel 0: means 1 and 2.5, variances 4 and 5/3; channel 1: 10 and 11, 16 and 4.
  const [mean0, mean1] = [0.25 * 1 + 0.75 * 2.5, 0.25 * 10 + 0.75 * 11];
  const [std0, std1] = [Math.sqrt(0.25 * 4 + (0.75 * 5) / 3 + 1e-5), Math.sqrt(0.25 * 16 + 0.75 * 4 + 1e-5)];
  const first = [1, 2, 3, 4].map((value) => (2 * (value - mean0)) / std0);
  const second = [10, 10, 10, 14].map((value) => 5 + (value - mean1) / std1);
  const expected = [first[0], first[1], second[0], second[1], first[2], first[3], second[2], second[3]];
  for (const [i, value] of expected.entries()) expect(y.data[i]).toBeCloseTo(value, 5);
  expect(moved).toEqual(trained);
  const [all, predicted] = await Promise.all(
    ([{ runningShare: 1 }, "predict"] as const).map((mode) => runOracle(forward(mode), [scaled, trained, x])),
  );
  for (const [i, value] of predicted.y.data.entries()) expect(all.y.data[i]).toBeCloseTo(value, 5);
  await expectCompiledEqualsOracle(forward({ runningShare: 0.25 }), [scaled, trained, x]);
});

test("its own parameters are told from others'", () => {
  const names = ["conv.weight", "bn.weight", "bn.bias", "fc.weight", "fc.bias"];
  const all = { params: Object.fromEntries(names.map((name) => [name, 0])), state };
  expect(batchNormParameters(all)).toEqual(["bn.weight", "bn.bias"]);
});
