import { nn, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { type Fed, HostArray, type HostArrays, Random, sizeOf } from "../core/index.ts";
import { blockSize } from "../engine/blocked/probe.ts";
import { type CompileOptions, compile } from "../engine/compile.ts";
import { runOracle } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { createMethod } from "../methods/index.ts";
import { type Arrays, batchNorm, conv, createModel, linear, type Model, modelOf } from "../models/index.ts";
import { synchronized } from "../models/internal.ts";
import { awayFromKinks } from "../models/testing.ts";
import { inOneProcess } from "./group/in-process.ts";
import { gradientStep, lossOf } from "./step.ts";

const CLASSES = 4;
const method = createMethod({ name: "standard" });
const options = (imageSize: number) => ({ inputChannels: 3, classes: CLASSES, imageSize });

/** Two convolutions, each with its BatchNorm, the second beside a shortcut with another. */
function small(): Model {
  const stem = conv("conv1", 3, 16, { kernel: 3 });
  const [norm, second, third] = ["bn1", "bn2", "bn3"].map((name) => batchNorm(name, 16));
  const [branch, beside] = [conv("conv2", 16, 16, { kernel: 3 }), conv("conv3", 16, 16, { kernel: 1 })];
  return modelOf({
    name: "small",
    stemWeight: "conv1.weight",
    layers: [stem, norm, branch, second, beside, third],
    head: linear("fc", 16, CLASSES),
    stem: (params, images) => stem.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    steps: [
      (scope, x) => nn.relu(norm.apply(scope, x)),
      (scope, x) => {
        const own = second.apply(scope, branch.apply(scope, x.ref));
        return nn.relu(np.add(own, third.apply(scope, beside.apply(scope, x))));
      },
      (_scope, x) => np.mean(x, [2, 3]),
    ],
  });
}

/** These images [N, 3, H, W], of classes in turn, or those from one to another of them. */
function batchOf(images: HostArray<"float32">, from = 0, to = images.shape[0]): Fed {
  const shape = [to - from, ...images.shape.slice(1)];
  const size = sizeOf(shape.slice(1));
  const labels = Float32Array.from({ length: (to - from) * CLASSES }, (_, i) =>
    i % CLASSES === (from + Math.floor(i / CLASSES)) % CLASSES ? 1 : 0,
  );
  return {
    rows: {
      inputs: { images: HostArray.float32(shape, images.data.slice(from * size, to * size)) },
      targets: { targets: HostArray.float32([to - from, CLASSES], labels) },
      noise: {},
    },
    shared: {},
  };
}

interface Gradients {
  readonly gradients: HostArrays;
  readonly state: HostArrays;
  readonly loss: HostArray<"float32">;
}

const compiled = (fn: unknown, args: unknown, more: CompileOptions) =>
  compile<any[], any>(fn as never, args as never, { threads: 1, ...more });

async function runOnce(fn: unknown, args: unknown[], more: CompileOptions): Promise<Gradients> {
  const program = await compiled(fn, args, more);
  const result = await program.run(args);
  await program.dispose();
  return result;
}

/** max |a − b| over max |b| of the worst array. */
const worst = (a: HostArrays, b: HostArrays) =>
  Math.max(...Object.keys(b).map((name) => relativeError(a[name], b[name])));

/** |a − b| over |b|, of all arrays as one vector. */
function ofAll(a: HostArrays, b: HostArrays): number {
  let [apart, length] = [0, 0];
  for (const [name, { data }] of Object.entries(b))
    data.forEach((value: number, i: number) => {
      apart += (a[name].data[i] - value) ** 2;
      length += value ** 2;
    });
  return Math.sqrt(apart / length);
}

const block = await blockSize();
const backends = ["portable", ...(block ? (["blocked"] as const) : [])] as const;

describe.each(backends)("two ranks, each with half of the images, %s: the whole batch's gradients", (backend) => {
  test.each([
    // Calls: mean, variance, and the gradients of both together; BatchNorms side by side share theirs.
    { name: "small", create: small, calls: 6 },
    { name: "resnet20", create: () => createModel("resnet20", options(8)), calls: 57 },
  ])(
    "$name",
    async ({ create, calls }) => {
      const model = create();
      const variables = model.init(new Random("weights"));
      const alone = gradientStep(lossOf(model, method));
      const shape = [8, 3, 8, 8];
      const argsAt = (images: HostArray<"float32">) => [variables, batchOf(images)];
      const program = await compiled(alone, argsAt(HostArray.zeros(shape)), { backend });
      const args = await awayFromKinks(program, argsAt, shape);
      const expected: Gradients = await program.run(args);
      await program.dispose();
      const { images } = args[1].rows.inputs;
      const half = (rank: number) => [variables, batchOf(images, rank * 4, rank * 4 + 4)];

      const together = gradientStep(lossOf(model, method), { together: { rank: 0, size: 2 } });
      const told = await inOneProcess(2, async (group) => {
        let called = 0;
        const meanOverRanks = (values: Float32Array) => {
          called++;
          return group.mean(values);
        };
        const own = await runOnce(together, half(group.rank), { backend, meanOverRanks });
        for (const { data } of Object.values(own.gradients)) await group.mean(data as Float32Array);
        await group.mean(own.loss.data);
        return { ...own, called };
      });

      expect(told[1]).toEqual(told[0]);
      const [{ gradients, state, loss, called }] = told;
      expect(called).toBe(calls);
      expect(relativeError(loss, expected.loss)).toBeLessThan(1e-6);
      expect(worst(state, expected.state)).toBeLessThan(1e-6);
      // As much as rounding makes of them where a batch's images change places.
      expect(ofAll(gradients, expected.gradients)).toBeLessThan(2e-6);
      expect(worst(gradients, expected.gradients)).toBeLessThan(5e-6);
      const oracle = await runOracle<Gradients>(alone, args);
      expect(worst(state, oracle.state)).toBeLessThan(5e-6);
      expect(worst(gradients, oracle.gradients)).toBeLessThan(2e-5);
      // Each for itself, they are not.
      const own = await runOnce(alone, half(0), { backend });
      expect(worst(own.state, expected.state)).toBeGreaterThan(1e-3);
    },
    120_000,
  );
});

test.each([
  ["resnet18", "input"],
  ["resnet20", "stage:1"],
  ["airbench94", "input"],
  ["wideresnet16-4", "input"],
  ["regnety-400mf", "input"],
] as const)(
  "%s, tuples at its %s: every one of its BatchNorms is synchronized, in training alone",
  async (name, anchorAt) => {
    const model = createModel(name, { ...options(32), anchorAt });
    const variables = model.init(new Random("weights"));
    const args = [variables, batchOf(HostArray.zeros([4, 3, 32, 32]))];
    const together = synchronized(model, 1);
    const averagedBy = async (fn: unknown) => {
      let averaged = 0;
      await runOnce(fn, args, {
        meanOverRanks: async (values) => {
          averaged += values.length;
        },
      });
      return averaged;
    };
    const means = Object.entries(variables.state).filter(([key]) => key.endsWith("running_mean"));
    const channels = means.reduce((sum, [, { data }]) => sum + data.length, 0);
    expect(channels).toBeGreaterThan(0);
    expect(await averagedBy(gradientStep(lossOf(together, method)))).toBe(4 * channels);
    const predict = ({ params, state }: Record<"params" | "state", Arrays>, fed: { rows: { inputs: Arrays } }) =>
      together.apply(params, state, fed.rows.inputs.images, "predict").logits;
    expect(await averagedBy(predict)).toBe(0);
  },
  60_000,
);
