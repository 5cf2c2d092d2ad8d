import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { numpy as np } from "@jax-js/jax";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random, runPaths, UserError } from "../core/index.ts";
import { runReference } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { tuple } from "../methods/index.ts";
import { type Arrays, createModel, type Model, type ModelName, type ModelOptions } from "../models/index.ts";
import { regnetY } from "../models/regnet.ts";
import { swinV2 } from "../models/swin-v2.ts";
import { wideResnet } from "../models/wide-resnet.ts";
import { encodeSafetensors, loadCheckpoint, train } from "./index.ts";
import { initialWeights } from "./initial-weights.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "anchored-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const save = (tensors: HostArrays, name = "weights.safetensors") => {
  writeFileSync(join(folder, name), encodeSafetensors(tensors));
  return join(folder, name);
};
const SIZE = 8;
const make = (name: ModelName, inputChannels: number, classes = 3) =>
  createModel(name, { inputChannels, classes, imageSize: SIZE });

// A model of each kind of first layer.
describe.each<[string, (options: ModelOptions) => Model]>([
  ["resnet20", (options) => createModel("resnet20", options)],
  ["wide resnet", (options) => wideResnet({ depth: 10, widening: 1 }, options)],
  ["airbench94", (options) => createModel("airbench94", options)],
  ["vit-tiny-patch4-depth6", (options) => createModel("vit-tiny-patch4-depth6", options)],
  ["regnet-y", (options) => regnetY("small", { widths: [8, 16], depths: [1, 1], groupWidth: 4 }, options)],
  ["swin-v2", (options) => swinV2("small", { width: 8, depths: [1, 1], heads: [1, 2] }, options)],
])("%s", (_, create) => {
  test("widened for tuples it computes the same function, whatever the reference", async () => {
    const [plain, anchored] = [3, 6].map((inputChannels) => create({ inputChannels, classes: 3, imageSize: SIZE }));
    const source = plain.init(new Random("source"));
    const path = save({ ...source.params, ...source.state });
    const loaded = initialWeights(path, anchored, anchored.init(new Random("other")));
    expect(loaded.notes).toEqual([expect.stringMatching(/widened to/)]);

    const random = new Random("images");
    const noise = (scale: number) =>
      HostArray.float32(
        [2, 3, SIZE, SIZE],
        Float32Array.from({ length: 6 * SIZE * SIZE }, () => scale * random.normal()),
      );
    const images = noise(1);
    const expected = await runReference(
      (p: Arrays, s: Arrays, x: np.Array) => plain.apply(p, s, x, "predict").logits,
      [source.params, source.state, images],
    );
    for (const scale of [0, 1, 5]) {
      const actual = await runReference(
        (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => anchored.apply(p, s, tuple(x, r), "predict").logits,
        [loaded.params, loaded.state, images, noise(scale)],
      );
      // Residuals of large references lose a few bits.
      expect(relativeError(actual, expected)).toBeLessThan(1e-4);
    }
  });
});

test("half precision, counters of PyTorch, what is computed and a classifier for other classes are taken as they should be", () => {
  const model = make("resnet20", 3, 3);
  const source = make("resnet20", 3, 7).init(new Random("source"));
  const half = Object.fromEntries(
    Object.entries(source.params).map(([name, { shape, data }]) => [
      name,
      HostArray.float16(shape, data as Float32Array),
    ]),
  );
  const counter = { "bn1.num_batches_tracked": HostArray.zeros([], "int32") };
  const computed = { "layers.0.blocks.0.attn.relative_coords_table": HostArray.zeros([1, 15, 15, 2]) };
  const fresh = model.init(new Random("fresh"));
  const loaded = initialWeights(
    save({ ...half, ...source.state, ...counter, ...computed }),
    { name: "resnet20" },
    fresh,
  );
  expect(loaded.notes.length).toBe(2);
  expect(loaded.params["fc.weight"]).toBe(fresh.params["fc.weight"]);
  expect(relativeError(loaded.params["conv1.weight"], source.params["conv1.weight"])).toBeLessThan(1e-3);
  expect(loaded.state).toEqual(source.state);
});

test("another architecture, a missing file and a foreign one are refused by name", () => {
  const fresh = make("resnet20", 3).init(new Random(0));
  const load = (path: string) => () => initialWeights(path, { name: "resnet20" }, fresh);
  const { "layer1.0.conv1.weight": _, ...lacking } = { ...fresh.params, ...fresh.state };
  expect(load(save(lacking))).toThrow(/layer1.0.conv1.weight of resnet20 is missing/);
  expect(load(save({ ...fresh.params, ...fresh.state, extra: HostArray.zeros([1]) }))).toThrow(/extra is no weight of/);
  expect(load(save({ ...fresh.params, ...fresh.state, "bn1.weight": HostArray.zeros([5]) }))).toThrow(
    /bn1.weight is \[5\]/,
  );
  expect(load(join(folder, "none"))).toThrow(UserError);
  writeFileSync(join(folder, "text"), "hello, world");
  expect(load(join(folder, "text"))).toThrow(/--init .*header/);
});

test("a run starts from the checkpoint of another, and resumes without the file", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await train(tinyConfig({ method: { name: "standard" } }), tinyDataSet(), { run: first });
  const init = runPaths(first).checkpoint;
  const config = tinyConfig({ method: { name: "anchored", referenceCount: 2 }, init });
  const notes: string[] = [];
  await train(config, tinyDataSet(), { run: second, maxSteps: 1, onNotice: (line) => notes.push(line) });
  expect(notes).toEqual([expect.stringMatching(/conv1.weight: \[16,3,3,3\] widened to \[16,6,3,3\]/)]);
  rmSync(first, { recursive: true });
  await train(config, tinyDataSet(), { run: second, resume: true });
  expect(loadCheckpoint(runPaths(second).checkpoint).progress.step).toBe(12);
});
