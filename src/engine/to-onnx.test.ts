import { lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import onnxProto from "onnx-proto";
import * as web from "onnxruntime-web";
import { beforeAll, expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { Random } from "../core/random.ts";
import { compile } from "./compile.ts";
import { flattenTree } from "./jax-backend.ts";
import type { Program } from "./program.ts";
import { normalArrays, relativeError } from "./testing.ts";

const normal = normalArrays(new Random("to-onnx.test"), 1 / 4);

type Weights = Record<"stem" | "scale" | "down" | "dense", np.Array>;
const each = (weights: Weights, change: (key: keyof Weights) => np.Array) =>
  Object.fromEntries(Object.keys(weights).map((key) => [key, change(key as keyof Weights)])) as Weights;

const around: [number, number][] = [
  [1, 1],
  [1, 1],
];

/** A small network with what a ResNet's step is made of: strides, a normalisation, a max-pool. */
const loss = ({ stem, scale, down, dense }: Weights, x: np.Array, y: np.Array) => {
  const h = lax.convGeneralDilated(x, stem, [1, 1], around);
  const centred = np.subtract(h.ref, np.mean(h, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
  const normed = np.multiply(np.multiply(centred, np.reciprocal(np.sqrt(np.add(variance, 1e-5)))), scale);
  const pooled = lax.reduceWindow(nn.relu(normed), np.max, [2, 2], [2, 2]);
  const features = np.mean(lax.convGeneralDilated(pooled, down, [2, 2], around), [2, 3]);
  return np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(np.matmul(features, dense)), y), -1)));
};

/** Forward, backward, SGD with momentum. */
const step = (params: Weights, momentum: Weights, x: np.Array, y: np.Array, rate: np.Array) => {
  const [value, gradient] = valueAndGrad(loss)(
    each(params, (k) => params[k].ref),
    x,
    y,
  );
  const slots = each(momentum, (k) => np.add(np.multiply(momentum[k], 0.9), gradient[k]));
  const moved = each(params, (k) => np.subtract(params[k], np.multiply(slots[k].ref, rate.ref)));
  return { params: moved, slots, loss: value };
};

const weights = {
  stem: normal(8, 6, 3, 3),
  scale: normal(1, 8, 1, 1),
  down: normal(8, 8, 3, 3),
  dense: normal(8, 4),
};
const zeros = Object.fromEntries(Object.entries(weights).map(([key, { shape }]) => [key, HostArray.zeros(shape)]));
const labels = HostArray.float32([3, 4], [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]);
const args: any[] = [weights, zeros, normal(3, 6, 8, 8), labels, HostArray.scalar(0.1)];

let program: Program;
let onnx: Uint8Array;
beforeAll(async () => {
  program = await compile<any[], any>(step as never, args, { threads: 1 });
  onnx = program.toOnnx();
  return () => program.dispose();
});

test("another runtime (onnxruntime-web, WebAssembly) opens the model and takes the same step", async () => {
  web.env.wasm.numThreads = 1;
  const session = await web.InferenceSession.create(onnx, { executionProviders: ["wasm"] });
  const feeds = flattenTree<HostArray>(args)[0].map(({ dtype, data, shape }, i) => [
    `in${i}`,
    new web.Tensor(dtype, data as Float32Array, shape),
  ]);
  const theirs = await session.run(Object.fromEntries(feeds));
  const [ours] = flattenTree<HostArray>(await program.run(args));
  expect(Object.keys(theirs)).toHaveLength(ours.length);
  ours.forEach((array, i) => {
    const { dims, data } = theirs[`out${i}`];
    expect(dims).toEqual(array.shape);
    expect(relativeError(HostArray.float32(dims, data as Float32Array), array), `out${i}`).toBeLessThan(1e-5);
  });
  await session.release();
});

test("its bytes are an ordinary model: one domain, named and typed ends, every value made once before it is read", () => {
  const { irVersion, opsetImport, graph } = onnxProto.onnx.ModelProto.decode(onnx);
  expect(Number(irVersion)).toBe(10);
  expect(opsetImport.map(({ domain, version }) => [domain ?? "", Number(version)])).toEqual([["", 21]]);
  const { node, initializer, input, output } = graph!;
  const ends = (values: typeof input) =>
    values!.map(({ name, type }) => [
      name,
      type!.tensorType!.elemType,
      type!.tensorType!.shape!.dim!.map(({ dimValue }) => Number(dimValue)),
    ]);
  const leaves = flattenTree<HostArray>(args)[0];
  expect(ends(input)).toEqual(leaves.map(({ shape }, i) => [`in${i}`, 1, shape]));
  expect(ends(output)).toEqual([...leaves.slice(0, 8), { shape: [] }].map(({ shape }, i) => [`out${i}`, 1, shape]));

  const made = new Set([...input!, ...initializer!].map(({ name }) => name));
  for (const { name, domain, input: read, output: written } of node!) {
    expect(domain || "", `${name}`).toBe("");
    for (const value of read!) expect(value === "" || made.has(value), `${name} reads ${value}`).toBe(true);
    for (const value of written!) {
      expect(made.has(value), `${name} writes ${value}`).toBe(false);
      made.add(value);
    }
  }
  for (const { name } of output!) expect(made).toContain(name);
});
