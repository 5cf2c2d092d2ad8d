import { grad, lax, nn, numpy as np } from "@jax-js/jax";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { ArraySpec } from "./program.ts";

const spec = (...shape: number[]) => new ArraySpec(shape);

/** Operators of the portable graph, with how often each occurs, in alphabetical order; outputs' Identity left out. */
async function operators(fn: (...args: any[]) => unknown, ...args: ArraySpec[]): Promise<Record<string, number>> {
  const program = await compile(fn, args, { backend: "portable", threads: 1 });
  const { node } = onnxProto.onnx.ModelProto.decode(program.toOnnx()).graph!;
  await program.dispose();
  const counts: Record<string, number> = {};
  for (const name of node!.map(({ opType }) => opType!).sort())
    if (name !== "Identity") counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const same: [number, number][] = [
  [1, 1],
  [1, 1],
];

describe("a matrix product is one MatMul", () => {
  test("plain", async () => {
    expect(await operators((x, w) => np.matmul(x, w), spec(3, 4), spec(4, 5))).toEqual({ MatMul: 1 });
  });
  test("batched", async () => {
    expect(await operators((x, w) => np.matmul(x, w), spec(2, 3, 4), spec(2, 4, 5))).toEqual({ MatMul: 1 });
  });
  test("of a batch by one matrix: the batch joins the rows", async () => {
    expect(await operators((x, w) => np.matmul(x, w), spec(2, 3, 4), spec(4, 5))).toEqual({ MatMul: 1, Reshape: 2 });
  });
  test("with a transposed operand: one Transpose, and none where two cancel", async () => {
    expect(await operators((x, w) => np.matmul(x, np.transpose(w)), spec(3, 4), spec(5, 4))).toEqual({
      MatMul: 1,
      Transpose: 1,
    });
    expect(await operators((x, w) => np.matmul(np.transpose(np.transpose(x)), w), spec(3, 4), spec(4, 5))).toEqual({
      MatMul: 1,
    });
  });
  test("in its gradient: one more, of the transposed cotangent", async () => {
    const loss = (w: np.Array, x: np.Array) => np.sum(np.square(np.matmul(x, w)));
    const counts = await operators((w, x) => grad(loss)(w, x), spec(4, 5), spec(3, 4));
    expect(counts).toMatchObject({ MatMul: 2, Transpose: 2 });
  });
});

describe("a convolution is one Conv", () => {
  test.each([1, 2])("forward, stride %i", async (stride) => {
    const fn = (x: np.Array, w: np.Array) => lax.conv(x, w, [stride, stride], same);
    expect(await operators(fn, spec(2, 3, 8, 8), spec(4, 3, 3, 3))).toEqual({ Conv: 1 });
  });
  test("grouped", async () => {
    const fn = (x: np.Array, w: np.Array) => lax.convGeneralDilated(x, w, [1, 1], same, { featureGroupCount: 2 });
    expect(await operators(fn, spec(2, 4, 8, 8), spec(6, 2, 3, 3))).toEqual({ Conv: 1 });
  });
  test("the input gradient of a strided one is one ConvTranspose of the unflipped weights", async () => {
    const loss = (x: np.Array, w: np.Array) => np.sum(lax.conv(x, w, [2, 2], same));
    const counts = await operators((x, w) => grad(loss)(x, w), spec(2, 3, 8, 8), spec(4, 3, 3, 3));
    expect(counts).toMatchObject({ ConvTranspose: 1 });
    expect(counts).not.toHaveProperty("Transpose");
    expect(counts).not.toHaveProperty("Slice");
  });
  test("the weight gradient is one MatMul", async () => {
    const loss = (w: np.Array, x: np.Array) => np.sum(np.square(lax.conv(x, w, [1, 1], same)));
    const counts = await operators((w, x) => grad(loss)(w, x), spec(4, 3, 3, 3), spec(2, 3, 8, 8));
    expect(counts).toMatchObject({ Conv: 1, MatMul: 1 });
  });
});

describe("a max-pool is one MaxPool", () => {
  test("images [N, C, H, W]", async () => {
    const fn = (x: np.Array) => lax.reduceWindow(x, (window) => np.max(window), [2, 2], [2, 2]);
    expect(await operators(fn, spec(2, 3, 8, 8))).toEqual({ MaxPool: 1 });
  });
  test("one axis of a matrix", async () => {
    const fn = (x: np.Array) => lax.reduceWindow(x, (window) => np.max(window), [3], [2]);
    expect(await operators(fn, spec(4, 9))).toEqual({ MaxPool: 1, Reshape: 2 });
  });
});

describe("broadcasts stay virtual", () => {
  test("bias, layer norm and GELU write no Expand", async () => {
    const fn = (x: np.Array, w: np.Array, b: np.Array, scale: np.Array) => {
      const hidden = np.add(np.matmul(x, w), b);
      const centred = np.subtract(hidden.ref, np.mean(hidden, -1, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      return nn.gelu(np.multiply(np.divide(centred, np.sqrt(np.add(variance, 1e-5))), scale));
    };
    expect(await operators(fn, spec(6, 4), spec(4, 5), spec(5), spec(5))).not.toHaveProperty("Expand");
  });
  test("batch norm with its gradient writes no Expand", async () => {
    const normalise = (x: np.Array, scale: np.Array, shift: np.Array) => {
      const perChannel = (v: np.Array) => np.reshape(v, [1, -1, 1, 1]);
      const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
      const centred = np.subtract(x, mean);
      const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
      const normal = np.divide(centred, np.sqrt(np.add(variance, 1e-5)));
      return nn.relu(np.add(np.multiply(normal, perChannel(scale)), perChannel(shift)));
    };
    const loss = (x: np.Array, scale: np.Array, shift: np.Array) => np.sum(np.square(normalise(x, scale, shift)));
    const step = grad(loss as never, { argnums: [0, 1, 2] } as never) as (...args: any[]) => unknown;
    expect(await operators(step, spec(2, 3, 4, 4), spec(3), spec(3))).not.toHaveProperty("Expand");
  });
});
