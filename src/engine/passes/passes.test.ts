import { grad, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import onnxProto from "onnx-proto";
import { describe, expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { blockSize } from "../blocked/probe.ts";
import { compile, modelOf } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { runOracle } from "../oracle.ts";
import { ArraySpec } from "../program.ts";
import { normalArrays, relativeError } from "../testing.ts";
import { trace } from "../trace.ts";
import { passes } from "./index.ts";

const block = await blockSize();
const spec = (...shape: number[]) => new ArraySpec(shape);

const conv = (x: np.Array, w: np.Array, stride = 1) => {
  const padding: [number, number] = [1, 1];
  return lax.conv(x, w, [stride, stride], [padding, padding]);
};
const maxPool = (x: np.Array) => lax.reduceWindow(x, (window: np.Array) => np.max(window), [2, 2], [2, 2]);
const gelu = (x: np.Array) => np.multiply(np.multiply(x.ref, 0.5), np.add(lax.erf(np.multiply(x, Math.SQRT1_2)), 1));
const perChannel = (v: np.Array) => np.reshape(v, [1, -1, 1, 1]);

/** Over `axes`, in two passes. */
function normalise(x: np.Array, axes: number[]): np.Array {
  const centred = np.subtract(x.ref, np.mean(x, axes, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  return np.multiply(centred, np.reciprocal(np.sqrt(np.add(variance, 1e-5))));
}
const batchNorm = (x: np.Array, weight: np.Array, bias: np.Array) =>
  np.add(np.multiply(normalise(x, [0, 2, 3]), perChannel(weight)), perChannel(bias));
const layerNorm = (x: np.Array, weight: np.Array, bias: np.Array) =>
  np.add(np.multiply(normalise(x, [-1]), weight), bias);

const gradient = (fn: (...args: any[]) => np.Array) =>
  grad(((...args: np.Array[]) => np.sum(np.square(fn(...args)))) as never) as unknown as (...args: any[]) => unknown;

/** Operators of a small function's graph that a pass changes: how many without it, and with it. */
interface Effect {
  readonly name: string;
  readonly fn: (...args: any[]) => unknown;
  readonly args: readonly ArraySpec[];
  readonly operators: Readonly<Record<string, readonly [without: number, withIt: number]>>;
  /** On the channel-blocked back-end. */
  readonly blocked?: true;
}

const image = spec(2, 3, 8, 8);
const filters = spec(16, 3, 3, 3);

/** At least one row a pass. */
const effects: readonly (Effect & { pass: string })[] = [
  {
    pass: "dead-code",
    name: "windows that became a MaxPool",
    fn: maxPool,
    args: [image],
    operators: { Slice: [4, 0], Concat: [1, 0], MaxPool: [1, 1] },
  },
  {
    pass: "virtual-broadcasts",
    name: "the gradient of a sum",
    fn: gradient((x) => np.sum(np.exp(x), 0)),
    args: [spec(4, 8)],
    operators: { Expand: [2, 0] },
  },
  {
    pass: "matrix-products",
    name: "a product with a transposed matrix",
    fn: (x, w) => np.matmul(x, np.transpose(w)),
    args: [spec(4, 8), spec(5, 8)],
    operators: { Mul: [1, 0], ReduceSum: [1, 0], MatMul: [0, 1] },
  },
  {
    pass: "max-pool",
    name: "a max-pool",
    fn: maxPool,
    args: [image],
    operators: { Slice: [4, 0], ReduceMax: [1, 0], MaxPool: [0, 1] },
  },
  {
    pass: "max-pool",
    name: "a max-pool's gradient on a convolution",
    fn: gradient((w, x) => maxPool(conv(x, w))),
    args: [filters, image],
    operators: { ReduceMax: [1, 0], Where: [2, 0], MaxPool: [0, 1], AveragePool: [0, 1] },
    blocked: true,
  },
  {
    pass: "convolution-gradients",
    name: "the weights' gradient",
    fn: gradient((w, x) => conv(x, w)),
    args: [filters, image],
    operators: { Conv: [2, 1], MatMul: [0, 1] },
  },
  {
    pass: "convolution-gradients",
    name: "the input's gradient at stride 2",
    fn: gradient((x, w) => conv(x, w, 2)),
    args: [image, filters],
    operators: { Conv: [2, 1], ConvTranspose: [0, 1] },
  },
  {
    pass: "channel-affine",
    name: "scale and shift of a convolution",
    fn: (x, w, s, b) => np.add(np.multiply(conv(x, w), perChannel(s)), perChannel(b)),
    args: [image, filters, spec(16), spec(16)],
    operators: { Mul: [1, 0], Add: [1, 0], Conv: [1, 2] },
    blocked: true,
  },
  {
    pass: "relu",
    name: "scale, shift and ReLU of a convolution",
    fn: (x, w, s, b) => nn.relu(np.add(np.multiply(conv(x, w), perChannel(s)), perChannel(b))),
    args: [image, filters, spec(16), spec(16)],
    operators: { Max: [1, 0], Conv: [2, 2] },
    blocked: true,
  },
  {
    pass: "relu",
    name: "a ReLU's gradient on a convolution",
    fn: gradient((w, x) => nn.relu(conv(x, w))),
    args: [filters, image],
    operators: { Max: [1, 0], Less: [1, 0], Where: [1, 0], HardSigmoid: [0, 1] },
    blocked: true,
  },
  { pass: "relu", name: "a ReLU", fn: nn.relu, args: [spec(4, 8)], operators: { Max: [1, 0], Relu: [0, 1] } },
  { pass: "gelu", name: "a GELU", fn: gelu, args: [spec(4, 8)], operators: { Mul: [3, 0], Erf: [1, 0], Gelu: [0, 1] } },
  {
    pass: "gelu",
    name: "a GELU's gradient",
    fn: gradient(gelu),
    args: [spec(4, 8)],
    operators: { Mul: [12, 8], Add: [3, 2], Erf: [1, 1], HardSigmoid: [0, 1] },
  },
  {
    pass: "gelu",
    name: "a GELU's gradient between convolutions",
    fn: gradient((w, v, x) => conv(gelu(conv(x, w)), v)),
    args: [filters, spec(16, 16, 3, 3), image],
    operators: { Erf: [1, 1], HardSigmoid: [0, 1], ReorderOutput: [5, 1] },
    blocked: true,
  },
  {
    pass: "blocked-functions",
    name: "a function between convolutions",
    fn: (w, v, x) => conv(np.exp(conv(x, w)), v),
    args: [filters, spec(16, 16, 3, 3), image],
    operators: { ReorderOutput: [2, 1], ReorderInput: [2, 1] },
    blocked: true,
  },
  {
    pass: "layer-norm",
    name: "a LayerNorm",
    fn: layerNorm,
    args: [spec(2, 4, 8), spec(8), spec(8)],
    operators: { ReduceSum: [2, 0], Sqrt: [1, 0], LayerNormalization: [0, 1] },
  },
  {
    pass: "top-k",
    name: "the three largest of a row, and where they are",
    fn: (x) => lax.topK(x, 3),
    args: [spec(4, 64)],
    operators: { TopK: [1, 1], Slice: [5, 0], Neg: [1, 0] },
  },
  {
    pass: "constants",
    name: "factors and signs",
    fn: (x, y) => np.subtract(np.multiply(np.multiply(x, 0.5), 3), np.negative(np.multiply(y, 2))),
    args: [spec(4, 8), spec(4, 8)],
    operators: { Mul: [3, 2], Neg: [2, 0] },
  },
  {
    pass: "data-movement",
    name: "a product with a twice transposed matrix",
    fn: (x, w) => np.matmul(x, np.transpose(np.transpose(w))),
    args: [spec(4, 8), spec(8, 5)],
    operators: { Transpose: [6, 0], Reshape: [4, 0] },
  },
  {
    pass: "common-subexpressions",
    name: "the same function twice",
    fn: (x) => np.multiply(np.exp(x.ref), np.exp(x)),
    args: [spec(4, 8)],
    operators: { Exp: [2, 1] },
  },
];

async function operatorsOf({ fn, args, blocked, operators }: Effect, without: readonly string[]) {
  const model = modelOf(await trace(fn, args), { without, block: blocked && block });
  const { node } = onnxProto.onnx.ModelProto.decode(model).graph!;
  return Object.fromEntries(
    Object.keys(operators).map((op) => [op, node!.filter(({ opType }) => opType === op).length]),
  );
}

test("every pass has a row here, and a name of its own", () => {
  expect([...new Set(effects.map(({ pass }) => pass))].sort()).toEqual(passes.map(({ name }) => name).sort());
});

describe.each(effects.filter(({ blocked }) => !blocked || block))("$pass: $name", ({ pass, ...effect }) => {
  test.each([
    ["without", 0, [pass]],
    ["with", 1, []],
  ])("operators %s it", async (_, i, without) => {
    const expected = Object.fromEntries(Object.entries(effect.operators).map(([op, counts]) => [op, counts[i]]));
    expect(await operatorsOf(effect, without)).toEqual(expected);
  });
});

describe("results are the same without any pass, and without all", () => {
  const normal = normalArrays(new Random("passes.test"));
  const params = {
    stem: normal(16, 3, 3, 3),
    weight: normal(16),
    bias: normal(16),
    down: normal(16, 16, 3, 3),
    rowWeight: normal(16),
    rowBias: normal(16),
    hidden: normal(16, 32),
    head: normal(32, 5),
  };
  /** A batch of 2 through everything that a pass knows: logits. */
  const network = (p: Record<string, np.Array>, x: np.Array) => {
    const stem = nn.relu(batchNorm(conv(x, p.stem), p.weight, p.bias));
    const pooled = maxPool(conv(stem, p.down, 2));
    const rows = np.transpose(np.reshape(pooled, [2, 16, 4]), [0, 2, 1]);
    const hidden = gelu(np.matmul(layerNorm(rows, p.rowWeight, p.rowBias), p.hidden));
    return np.matmul(np.mean(hidden, 1), p.head);
  };
  const loss = (p: Record<string, np.Array>, x: np.Array) => np.mean(np.square(nn.softmax(network(p, x))));
  const step = (p: Record<string, np.Array>, x: np.Array) => [
    lax.topK(network(Object.fromEntries(Object.entries(p).map(([name, value]) => [name, value.ref])), x.ref), 2),
    valueAndGrad(loss)(p, x),
  ];
  const args = [params, normal(2, 3, 8, 8)];
  const expected = runOracle(step as never, args).then((result) => flattenTree<HostArray>(result)[0]);

  const names = passes.map(({ name }) => name);
  const choices: [string, readonly string[]][] = [
    ["none", []],
    ["all", names],
    ...names.map((name) => [name, [name]] as [string, string[]]),
  ];
  describe.each(block ? (["portable", "blocked"] as const) : (["portable"] as const))("%s", (backend) => {
    test.each(choices)("left out: %s", async (_, without) => {
      const program = await compile(step as never, args, { backend, without, threads: 1 });
      const [actual] = flattenTree<HostArray>(await program.run(args));
      await program.dispose();
      for (const [i, array] of (await expected).entries())
        expect(relativeError(actual[i], array), `output ${i}`).toBeLessThanOrEqual(2e-5);
    });
  });
});

describe("a LayerNorm where |mean| is 100 σ", () => {
  const random = new Random("layer norm");
  const x = HostArray.float32(
    [2, 4, 64],
    Array.from({ length: 512 }, () => 100 + random.normal()),
  );
  const column = (of: (i: number) => number) =>
    HostArray.float32(
      [64],
      Float32Array.from({ length: 64 }, (_, i) => of(i)),
    );
  test.each([
    ["value", layerNorm],
    ["gradient", gradient(layerNorm)],
  ])("%s", async (_, fn) => {
    // Weights that differ: with equal ones the gradient of Σ y² is 0.
    const args = [x, column((i) => i / 16), column(() => 0.5)];
    const program = await compile(fn, args, { threads: 1 });
    const actual = (await program.run(args)) as HostArray;
    await program.dispose();
    const expected = (await runOracle(fn, args)) as HostArray;
    expect(Math.max(...expected.data)).toBeGreaterThan(1);
    expect(relativeError(actual, expected)).toBeLessThanOrEqual(1e-4);
  });
});
