import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Fed, HostArray, type HostArrays, Random } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { normalArrays } from "../engine/testing.ts";
import { encodeSafetensors } from "../files/index.ts";
import { createMethod } from "../methods/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import { classifierOf, headOnly } from "../models/internal.ts";
import { visionTransformer } from "../models/vision-transformer.ts";
import { createOptimizer, type OptimizerOptions } from "../optim/index.ts";
import { initialWeights } from "./initial-weights.ts";
import { lossOf, movingParameters, trainStep } from "./step.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-names-"));
afterAll(() => rmSync(folder, { recursive: true }));

const usual = visionTransformer(
  "usual",
  { patch: 4, width: 6, depth: 1, heads: 2, classToken: true },
  { inputChannels: 6, classes: 3, imageSize: 8 },
);
const usualNames = Object.keys(usual.shapes().params);
const unusualOf = Object.fromEntries(usualNames.map((name, i) => [name, `tensor ${i}`]));
const usualOf = Object.fromEntries(usualNames.map((name, i) => [`tensor ${i}`, name]));
const renamed = <T>(table: Record<string, string>, arrays: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [table[name], array]));

/** The same network, of whose parameters no name says what it is. */
const unusual: Model = {
  ...usual,
  name: "unusual",
  init: (random) => ({ params: renamed(unusualOf, usual.init(random).params), state: {} }),
  shapes: () => ({ params: renamed(unusualOf, usual.shapes().params), state: {} }),
  stemWeight: unusualOf[usual.stemWeight],
  head: usual.head.map((name) => unusualOf[name]),
  biases: usual.biases!.map((name) => unusualOf[name]),
  embeddings: usual.embeddings!.map((name) => unusualOf[name]),
  stem: (params, images) => usual.stem(renamed(usualOf, params), images),
  encode: (params, ...rest) => usual.encode(renamed(usualOf, params), ...rest),
  classify: (params, features) => usual.classify(renamed(usualOf, params), features),
  features: (params, ...rest) => usual.features(renamed(usualOf, params), ...rest),
  trunk: (params, ...rest) => usual.trunk(renamed(usualOf, params), ...rest),
  apply: (params, ...rest) => usual.apply(renamed(usualOf, params), ...rest),
};

const method = createMethod({
  name: "anchored",
  maskProbability: 0,
  maskTarget: "label",
  references: "all",
  referenceCount: 1,
});
const normal = normalArrays(new Random("names"));
const fed: Fed = {
  rows: {
    inputs: { images: normal(2, 3, 8, 8), references: normal(2, 3, 8, 8) },
    targets: { targets: HostArray.float32([2, 3], [1, 0, 0, 0, 0, 1]) },
    noise: {},
  },
  shared: { maskReference: HostArray.scalar(0) },
};

async function afterAStep(model: Model, options: OptimizerOptions): Promise<HostArrays> {
  const { params, state } = model.init(new Random("start"));
  const optimizer = createOptimizer(options, model);
  const { frozen } = model;
  const slots = optimizer.init(movingParameters(params, frozen));
  const step = trainStep(lossOf(model, method), optimizer, { frozen });
  const controls = { learningRate: HostArray.scalar(0.1) };
  const moved = await runOracle<{ params: HostArrays }>(step, [{ params, state, slots }, fed, controls]);
  return moved.params;
}

const decay = { weightDecay: 0.1, decayNormsAndBiases: false };
const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, ...decay };

test.each<[string, OptimizerOptions, (model: Model) => Model]>([
  ["SGD with faster biases", { name: "sgd", momentum: 0.9, nesterov: true, biasRate: 8, ...decay }, (model) => model],
  ["AdamW", { name: "adamw", ...adam }, (model) => model],
  ["Lion", { name: "lion", beta1: 0.9, beta2: 0.99, ...decay }, (model) => model],
  ["Muon", { name: "muon", momentum: 0.9, ...adam }, (model) => model],
  ["AdamW of the last layer alone", { name: "adamw", ...adam }, headOnly],
])("a step of %s moves the same under names that say nothing", async (_, options, part) => {
  const [ours, theirs] = [await afterAStep(part(usual), options), await afterAStep(part(unusual), options)];
  expect(renamed(usualOf, theirs)).toEqual(ours);
});

test("its classifier is found, and starts afresh for other classes", () => {
  const fresh = unusual.init(new Random("fresh"));
  const { weight, bias } = classifierOf(unusual, fresh.params);
  expect([weight.shape, bias!.shape]).toEqual([[3, 6], [3]]);
  const path = join(folder, "weights.safetensors");
  const source: HostArrays = { ...unusual.init(new Random("source")).params };
  const [weightName, biasName] = unusual.head;
  source[weightName] = HostArray.zeros([7, 6]);
  source[biasName] = HostArray.zeros([7]);
  writeFileSync(path, encodeSafetensors(source));
  const loaded = initialWeights(path, unusual, fresh, ["a", "b", "c"]);
  expect(loaded.notes).toEqual([expect.stringMatching(/classifier starts afresh: tensor \d+ is \[7,6\]/)]);
  expect(loaded.params[weightName]).toBe(fresh.params[weightName]);
  expect(loaded.params[unusual.stemWeight]).toEqual(source[unusual.stemWeight]);
});

test("positions for images of another size are known as such", () => {
  const fresh = unusual.init(new Random("fresh"));
  const name = unusualOf.pos_embed;
  const path = join(folder, "other-size.safetensors");
  writeFileSync(path, encodeSafetensors({ ...fresh.params, [name]: HostArray.zeros([1, 17, 6]) }));
  expect(() => initialWeights(path, unusual, fresh, ["a", "b", "c"])).toThrow("give its own by data.imageSize");
});

test("what the renamed network is asked by names would fail", () => {
  const arrays = unusual.shapes().params as unknown as Arrays;
  expect(Object.keys(arrays).some((name) => /fc|head|bias|weight|embed|token/.test(name))).toBe(false);
});
