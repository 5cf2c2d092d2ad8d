import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { normalizeImages } from "../../augment/index.ts";
import { HostArray, type HostArrays, type ImageSet, permutation, Random, subset } from "../../core/index.ts";
import { compile } from "../../engine/index.ts";
import { expectCompiledEqualsOracle } from "../../engine/testing.ts";
import { batchNorm, conv, gelu, linear, type Model, modelOf, type Variables } from "../../models/index.ts";
import { describeRun } from "../../run/internal.ts";
import { batchStatistics } from "../batch-statistics.ts";
import { createPredictor } from "../index.ts";
import { buildNetwork, residualPool } from "../internal.ts";
import { tinyConfig, tinyDataSet, tinyImages } from "../testing.ts";
import { adaptationBatches, requireAdaptable } from "./adapter.ts";
import type { Adaptation, Tent } from "./options.ts";
import { meanEntropy, tentOptimizer, tentStart, tentStep } from "./tent.ts";

const { train, test: set, normalization } = tinyDataSet();
const whole: Adaptation = { name: "batch-norm", batch: 18, prior: 0 };
const tent = (changes: Partial<Tent> = {}): Tent => ({
  ...{ name: "tent", batch: 6, optimizer: "adam", learningRate: 0.01 },
  ...changes,
});
const anchored = { name: "anchored", referenceCount: 2, references: "20" } as const;
const references = residualPool(train, normalization, { size: 2, seed: 7, referenceRows: Int32Array.of(0, 1, 2) });

/** A fresh network whose running statistics are anything, and what predicts by it. */
async function network(config: Parameters<typeof tinyConfig>[0] = {}) {
  const record = describeRun(tinyConfig(config), tinyDataSet());
  const parts = buildNetwork(record);
  const { params, state } = parts.model.init(new Random(3));
  const random = new Random("running");
  const anything = Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [
      name,
      HostArray.float32(
        shape,
        Float32Array.from(data, (value) => value + random.uniform()),
      ),
    ]),
  );
  const variables: Variables = { params, state: anything };
  const kept = parts.method.anchored ? references : undefined;
  return { record, ...parts, variables, predictor: await createPredictor(record, variables, kept) };
}

const expectClose = (actual: Float32Array, expected: Float32Array, digits = 4) => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value, `${i}`).toBeCloseTo(expected[i], digits);
};
const rowsOf = (logits: Float32Array, rows: Int32Array) =>
  Float32Array.from(Array.from(rows).flatMap((row) => [...logits.slice(3 * row, 3 * row + 3)]));
const allImages = (of: ImageSet) =>
  HostArray.float32(
    [18, 3, 8, 8],
    normalizeImages(
      of,
      Int32Array.from({ length: 18 }, (_, i) => i),
      normalization,
    ),
  );

test.each<[string, object, number | undefined]>([
  ["a standard network", {}, undefined],
  ["an anchored one under one reference", { method: anchored }, undefined],
  ["an anchored one, over all pairs of image and reference", { method: anchored }, 2],
])("the batch's statistics as those of a network that predicts by them: %s", async (_, config, k) => {
  const { predictor, variables, record, ...parts } = await network(config);
  const images = allImages(set);
  const pairs = k ?? 1;
  const [each, one] = [18 * 192, references.data.length / 2];
  const shown: HostArrays = parts.method.anchored
    ? {
        images: repeated(images, pairs),
        references: HostArray.float32(
          [18 * pairs, 3, 8, 8],
          Float32Array.from(
            { length: each * pairs },
            (_, i) => references.data[Math.floor(i / each) * one + (i % one)],
          ),
        ),
        maskReference: HostArray.scalar(0),
      }
    : { images };
  const statistics = batchStatistics(parts, variables, record.config);
  const measured = await statistics.mean([shown]);
  await statistics.dispose();
  // They are unbiased; a batch normalises itself by its biased variance.
  const places: Record<string, number> = { layer2: 16, layer3: 4 };
  const state = Object.fromEntries(
    Object.entries(measured).map(([name, { shape, data }]) => {
      const count = 18 * pairs * (places[name.split(".")[0]] ?? 64);
      const factor = name.endsWith("running_var") ? (count - 1) / count : 1;
      return [
        name,
        HostArray.float32(
          shape,
          Float32Array.from(data, (value) => value * factor),
        ),
      ];
    }),
  );
  const kept = parts.method.anchored ? references : undefined;
  const other = await createPredictor(record, { ...variables, state }, kept);
  const asked = k === undefined ? { protocol: "single" as const } : { k };
  const expected = await other.predict(set, asked);
  await other.dispose();
  const adapted = await predictor.predictAdapted(set, whole, k === undefined ? {} : { k });
  expectClose(adapted.logits, expected.logits);
  expect(adapted.uncertainty !== undefined).toBe(k === 2);
  const plain = await predictor.predict(set, asked);
  expect(Math.abs(plain.logits[0] - adapted.logits[0])).toBeGreaterThan(1e-2);
  // So heavy a prior leaves the running ones.
  const heavy = await predictor.predictAdapted(set, { ...whole, prior: 1e12 }, asked);
  expectClose(heavy.logits, plain.logits, 3);
  await predictor.dispose();
});

const repeated = ({ data }: HostArray, times: number): HostArray =>
  HostArray.float32(
    [18 * times, 3, 8, 8],
    Float32Array.from({ length: times * data.length }, (_, i) => data[i % data.length]),
  );

test("batches are even, of an order that mixes sorted classes, and each normalises itself", async () => {
  expect(adaptationBatches(18, 8).map(({ length }) => length)).toEqual([6, 6, 6]);
  expect(adaptationBatches(20, 8).map(({ length }) => length)).toEqual([6, 7, 7]);
  expect(adaptationBatches(5, 200).map(({ length }) => length)).toEqual([5]);
  const batches = adaptationBatches(18, 6);
  expect(batches.flatMap((rows) => [...rows])).toEqual([...permutation(18, new Random("adaptation order"))]);
  // 600 images sorted by their 3 classes: no batch has fewer than 10 of one.
  for (const rows of adaptationBatches(600, 60))
    for (const label of [0, 1, 2])
      expect(rows.filter((row) => Math.floor(row / 200) === label).length).toBeGreaterThan(9);

  const { predictor } = await network();
  const { logits } = await predictor.predictAdapted(set, { ...whole, batch: 6 });
  for (const rows of batches) {
    const alone = await predictor.predictAdapted(subset(set, rows), whole);
    expectClose(rowsOf(logits, rows), alone.logits);
  }
  await predictor.dispose();
});

test("tent: a batch answers from before its step, later ones from after it, and each set begins anew", async () => {
  const { predictor } = await network();
  const adapted = await predictor.predictAdapted(set, tent());
  const still = await predictor.predictAdapted(set, { name: "batch-norm", batch: 6, prior: 0 });
  const [first, second] = adaptationBatches(18, 6);
  expectClose(rowsOf(adapted.logits, first), rowsOf(still.logits, first));
  const moved = rowsOf(adapted.logits, second).map((value, i) => Math.abs(value - rowsOf(still.logits, second)[i]));
  expect(Math.max(...moved)).toBeGreaterThan(1e-2);
  await predictor.predictAdapted(tinyImages("another", 12), tent());
  expect(await predictor.predictAdapted(set, tent())).toEqual(adapted);
  const slower = await predictor.predictAdapted(set, tent({ learningRate: 1e-9 }));
  expectClose(slower.logits, still.logits);
  const byGradient = await predictor.predictAdapted(set, tent({ optimizer: "sgd" }));
  expectClose(rowsOf(byGradient.logits, first), rowsOf(still.logits, first));
  expect(byGradient.logits).not.toEqual(adapted.logits);
  await predictor.dispose();
});

/** Two convolutions with BatchNorm and no kinks, which finite differences do not like. */
function smooth(channels: number): Model {
  const [conv1, conv2] = [conv("conv1", channels, 4, { kernel: 3 }), conv("conv2", 4, 8, { kernel: 3 })];
  const [bn1, bn2] = [batchNorm("bn1", 4), batchNorm("bn2", 8)];
  return modelOf({
    ...{ name: "smooth", stemWeight: "conv1.weight", layers: [conv1, bn1, conv2, bn2], head: linear("fc", 8, 3) },
    stem: (params, images) => conv1.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    steps: [
      (scope, x) => conv2.apply(scope, gelu(bn1.apply(scope, x))),
      (scope, x) => np.mean(gelu(bn2.apply(scope, x)), [2, 3]),
    ],
  });
}

/** Mean entropy of softmax, by plain loops. */
function entropyOf(logits: Float32Array): number {
  let total = 0;
  for (let at = 0; at < logits.length; at += 3) {
    const powers = [...logits.slice(at, at + 3)].map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    for (const power of powers) total -= (power / sum) * Math.log(power / sum);
  }
  return (3 * total) / logits.length;
}

test.each<[string, object]>([
  ["a standard network", {}],
  ["an anchored one under two references", { method: anchored }],
])("tent's step compiled is jax-js's, and its gradient that of finite differences: %s", async (_, config) => {
  const { method } = buildNetwork(describeRun(tinyConfig(config), tinyDataSet()));
  const model = smooth(method.inputChannels(3));
  const names = ["bn1.weight", "bn1.bias", "bn2.weight", "bn2.bias"];
  const optimizer = tentOptimizer("sgd", model);
  const step = tentStep(model, method, optimizer);
  const { params, state } = model.init(new Random(3));
  // Large logits: near 1/K each, the entropy is flat.
  for (const [i, value] of params["fc.weight"].data.entries()) params["fc.weight"].data[i] = 10 * value;
  const fixed = Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
  const [count, ...image] = references.shape;
  const under = method.anchored && {
    references: HostArray.float32([count, 1, ...image], references.data as Float32Array),
  };
  const begun = tentStart(params, names, optimizer);
  const shown = { images: allImages(set), ...under, learningRate: HostArray.scalar(1) };
  const weights = { ...begun, fixed, state };
  await expectCompiledEqualsOracle(step, [weights, shown], 1e-4);
  const program = await compile(step, [weights, shown], { threads: 1 });
  const { moved, outputs, entropy } = await program.run([weights, shown]);
  const mean = method.anchored
    ? Float32Array.from({ length: 54 }, (_, i) => (outputs.data[i] + outputs.data[54 + i]) / 2)
    : (outputs.data as Float32Array);
  expect(entropy.data[0]).toBeCloseTo(entropyOf(mean), 5);

  for (const name of names) {
    const { data, shape } = params[name];
    const gradients = Array.from(data, (value, i) => value - moved.moving[name].data[i]);
    // The largest: differences of float32 numbers lose the digits of small ones.
    const at = gradients.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradients[best]) ? i : best), 0);
    const entropyAt = async (change: number) => {
      const values = Float32Array.from(data);
      values[at] += change;
      const moving = { ...begun.moving, [name]: HostArray.float32(shape, values) };
      return (await program.run([{ ...weights, moving }, shown])).entropy.data[0];
    };
    const difference = ((await entropyAt(0.01)) - (await entropyAt(-0.01))) / 0.02;
    expect(Math.abs(difference)).toBeGreaterThan(1e-3);
    expect(Math.abs(gradients[at] - difference)).toBeLessThan(0.002 * Math.abs(difference));
  }
  await program.dispose();
});

test("the mean entropy by plain loops, with logits far apart", async () => {
  const logits = Float32Array.of(1, 2, 3, 0, 0, 0, -300, 400, 0.5);
  const program = await compile(meanEntropy, [HostArray.float32([3, 3], logits)], { threads: 1 });
  const { data } = await program.run([HostArray.float32([3, 3], logits)]);
  await program.dispose();
  const apart = entropyOf(logits.slice(0, 6));
  expect(data[0]).toBeCloseTo((2 * apart + 0) / 3, 5);
});

test("networks that cannot adapt are refused in one line", async () => {
  const refusal = (config: object, name: Adaptation["name"]) => () =>
    requireAdaptable("runs/a", buildNetwork(describeRun(tinyConfig(config), tinyDataSet())), { name });
  expect(refusal({ model: "mlp" }, "batch-norm")).toThrow("options.adaptation batch-norm: runs/a has no BatchNorm");
  expect(refusal({ method: { name: "anchored", anchorAt: "stem" } }, "tent")).toThrow("it is anchored at stem");
  expect(refusal({ method: { name: "oat" } }, "tent")).toThrow("outputs of oat are no logits");
  expect(refusal({ method: { name: "oat" } }, "batch-norm")).not.toThrow();
  expect(refusal({ method: { name: "mimo" } }, "tent")).toThrow("several members' logits");
  const { predictor } = await network({ method: anchored });
  await expect(predictor.predictAdapted(set, whole, { protocol: "blt", train })).rejects.toThrow(
    "options.protocol blt",
  );
  await predictor.dispose();
});
