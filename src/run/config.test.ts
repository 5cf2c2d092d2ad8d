import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { standardOptions } from "../augment/index.ts";
import { augmentationTable, mixerTable } from "../augment/internal.ts";
import { UserError } from "../core/index.ts";
import { firstDifference, type RunConfigInput, resolveConfig } from "./config.ts";
import { withFormerDefaults } from "./run-record.ts";

test("a data set's name is enough: the rest is the CIFAR recipe", () => {
  expect(resolveConfig({ data: { name: "cifar10" } })).toEqual({
    data: { name: "cifar10" },
    model: "resnet20",
    clipNorm: 0,
    mix: [],
    labelSmoothing: 0,
    accumulate: 1,
    averageDecay: 0,
    trainable: "all",
    stochasticDepth: 0,
    syncBatchNorm: false,
    dropout: 0,
    method: { name: "standard" },
    epochs: 10,
    batchSize: 128,
    seed: 0,
    optimizer: {
      name: "sgd",
      momentum: 0.9,
      nesterov: true,
      weightDecay: 5e-4,
      decayNormsAndBiases: true,
      biasRate: 1,
    },
    repeatedAugmentation: 1,
    schedule: { name: "one-cycle", peak: 0.2, warmup: 0.3, startDivisor: 25, endDivisor: 1e4, anneal: "cosine" },
    augment: [
      { name: "crop", options: { pad: 4 } },
      { name: "flip", options: {} },
    ],
    validateEvery: 1,
    logEvery: 10,
    threads: availableParallelism(),
    device: "cpu",
    precision: "float32",
  });
  expect(resolveConfig({ data: { name: "x" }, method: { name: "anchored" } }).method).toEqual({
    name: "anchored",
    maskProbability: 0.25,
    maskTarget: "label",
    maskBy: "batch",
    maskDraws: 1,
    maskKeep: 0,
    corruptReferencesEvery: 0,
    maskStatistics: "ordinary",
    maskFrom: 0,
    references: "all",
    referenceSource: "new",
    referenceGrowth: 0.5,
    referencesPerImage: 1,
    tiedStart: false,
    referenceCount: 10,
  });
});

test("a resolved config is complete: resolving it again changes nothing", () => {
  const config = resolveConfig({ data: { name: "x" }, method: { name: "anchored" } });
  expect(resolveConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
});

const data = { name: "x" };
test.each<[unknown, string]>([
  [{ data, method: { name: "anchored", maskProbability: 1.5 } }, "config method.maskProbability: "],
  [{ data, method: { name: "anchored", maskTarget: "other" } }, "config method.maskTarget: "],
  [{ data, method: { name: "other" } }, "config method.name: "],
  [{ data, model: "resnet21" }, "config model: "],
  [{ data, epochs: 0 }, "config epochs: "],
  [{ data, batchSize: 1.5 }, "config batchSize: "],
  [{ data, learningRate: 1 }, "learningRate"],
  [{ data, schedule: { name: "constant" } }, "config schedule.learningRate: "],
  [{ data, precision: "mixed" }, "config.precision mixed: cpu does not train in it"],
  [{ data, augment: [{ name: "other" }] }, "config augment.0.name: "],
  [{}, "config data: "],
])("%j is refused naming the field", (input, message) => {
  expect(() => resolveConfig(input as RunConfigInput)).toThrow(UserError);
  expect(() => resolveConfig(input as RunConfigInput)).toThrow(message);
});

test.each([
  ["augment", augmentationTable],
  ["mix", mixerTable],
] as const)("%s: an option that an entry does not have is refused, by field", (field, table) => {
  for (const name of Object.keys(table)) {
    const config = { data: { name: "emoji" }, [field]: [{ name, options: { alfa: 1 } }] };
    expect(() => resolveConfig(config)).toThrow(`config ${field}.0.options: ${name}: unknown option "alfa"; `);
    // Once accepted, it changed nothing: stored runs still open.
    expect(withFormerDefaults(config)).toEqual({ ...config, [field]: [{ name, options: {} }] });
    const stored = { ...config, [field]: [{ name, options: standardOptions(name) }] };
    expect(withFormerDefaults(stored)).toEqual(stored);
    const data = { name: "mnist", seed: 1, background: "white" };
    expect(withFormerDefaults({ data }).data).toEqual({ name: "mnist", seed: 1 });
  }
});

test("the first difference of two configs, by path", () => {
  expect(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 2] } })).toBeUndefined();
  expect(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } })).toEqual({
    path: "b.c.1",
    a: 2,
    b: 3,
  });
  expect(firstDifference({ a: 1 }, { a: 1, d: 2 })).toEqual({ path: "d", a: undefined, b: 2 });
});

test("oat's anchor is by default the one that usual learning rates do not overflow", () => {
  expect(resolveConfig({ data: { name: "x" }, method: { name: "oat" } }).method).toMatchObject({ anchor: "code" });
  const stored = { name: "oat", anchor: "formula" } as const;
  expect(resolveConfig({ data: { name: "x" }, method: stored }).method).toMatchObject(stored);
});
