import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { numpy as np } from "@jax-js/jax";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random, UserError } from "../core/index.ts";
import { runOracle } from "../engine/index.ts";
import { relativeError } from "../engine/testing.ts";
import { encodeSafetensors, runPaths } from "../files/index.ts";
import { tuple } from "../methods/index.ts";
import { type Arrays, createModel, type Model, type ModelName, type ModelOptions } from "../models/index.ts";
import { regnetY } from "../models/regnet.ts";
import { swinV2 } from "../models/swin-v2.ts";
import { undrawn } from "../models/testing.ts";
import { wideResnet } from "../models/wide-resnet.ts";
import { loadCheckpoint } from "../run/index.ts";
import { train } from "./index.ts";
import { initialWeights } from "./initial-weights.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "./testing.ts";

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
const CLASSES = ["dark", "grey", "light"];
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
    const loaded = initialWeights(path, anchored, anchored.init(new Random("other")), CLASSES);
    expect(loaded.notes).toContainEqual(expect.stringMatching(/widened to/));

    const random = new Random("images");
    const noise = (scale: number) =>
      HostArray.float32(
        [2, 3, SIZE, SIZE],
        Float32Array.from({ length: 6 * SIZE * SIZE }, () => scale * random.normal()),
      );
    const images = noise(1);
    const expected = await runOracle(
      (p: Arrays, s: Arrays, x: np.Array) => plain.apply(p, s, x, "predict").logits,
      [source.params, source.state, images],
    );
    for (const scale of [0, 1, 5]) {
      const actual = await runOracle(
        (p: Arrays, s: Arrays, x: np.Array, r: np.Array) => anchored.apply(p, s, tuple(x, r), "predict").logits,
        [loaded.params, loaded.state, images, noise(scale)],
      );
      // Residuals of large references lose a few bits.
      expect(relativeError(actual, expected)).toBeLessThan(1e-4);
    }
  });
});

test("weights of a network for images are refused by one that is anchored behind its first layer, with the reason", () => {
  const plain = make("resnet20", 3).init(new Random("source"));
  const path = save({ ...plain.params, ...plain.state });
  const behind = createModel("resnet20", { inputChannels: 3, classes: 3, imageSize: SIZE, anchorAt: "stem" });
  expect(() => initialWeights(path, behind, behind.init(new Random("other")), CLASSES)).toThrow(
    /layer1\.0\.\S+ of resnet20 is missing; tuples of hidden values need it, .* same method\.anchorAt/,
  );
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
  const loaded = initialWeights(save({ ...half, ...source.state, ...counter, ...computed }), model, fresh, CLASSES);
  expect(loaded.notes).toEqual([
    "the classifier starts afresh: fc.weight is [7,64], for other classes; these need [3,64]",
  ]);
  expect(loaded.params["fc.weight"]).toBe(fresh.params["fc.weight"]);
  expect(relativeError(loaded.params["conv1.weight"], source.params["conv1.weight"])).toBeLessThan(1e-3);
  expect(loaded.state).toEqual(source.state);
});

test("another architecture, a missing file and a foreign one are refused by name", () => {
  const model = make("resnet20", 3);
  const fresh = model.init(new Random(0));
  const load = (path: string) => () => initialWeights(path, model, fresh, CLASSES);
  const { "layer1.0.conv1.weight": _, ...lacking } = { ...fresh.params, ...fresh.state };
  expect(load(save(lacking))).toThrow(/layer1.0.conv1.weight of resnet20 is missing/);
  expect(load(save({ ...fresh.params, ...fresh.state, extra: HostArray.zeros([1]) }))).toThrow(/extra is no weight of/);
  expect(load(save({ ...fresh.params, ...fresh.state, "bn1.weight": HostArray.zeros([5]) }))).toThrow(
    /bn1.weight is \[5\]/,
  );
  expect(load(join(folder, "none"))).toThrow(UserError);
  writeFileSync(join(folder, "text"), "hello, world");
  expect(load(join(folder, "text"))).toThrow(/config.init .*header/);
});

const tinyStart = make("resnet20", 3).init(new Random("start"));
const startWeights = { ...tinyStart.params, ...tinyStart.state };
const load = (path: string, classNames = CLASSES) => {
  const model = make("resnet20", 3, classNames.length);
  return initialWeights(path, model, model.init(new Random("fresh")), classNames);
};

describe("the classifier", () => {
  const { "fc.weight": weight, "fc.bias": _, ...body } = startWeights;
  const afresh = /classifier starts afresh/;

  test("of other classes, of another order, or unnamed: by names, not by their number", () => {
    const run = join(folder, "run");
    untrainedRun(run, tinyConfig(), tinyDataSet());
    const stored = loadCheckpoint(runPaths(run).checkpoint).params["fc.weight"];
    for (const path of [run, runPaths(run).checkpoint]) {
      expect(load(path)).toMatchObject({ notes: [], params: { "fc.weight": stored } });
      const other = load(path, ["cat", "dog", "emu"]);
      expect(other.notes).toEqual([
        "the classifier starts afresh: it is for other classes (dark, grey, light; now cat, dog, emu)",
      ]);
      expect(other.params["fc.weight"]).not.toEqual(stored);
      expect(load(path, ["light", "grey", "dark"]).notes).toEqual([expect.stringMatching(/in another order/)]);
    }
    rmSync(runPaths(run).config);
    expect(load(runPaths(run).checkpoint)).toMatchObject({
      notes: [expect.stringMatching(/is taken over: .* must be these, in this order: dark, grey, light/)],
      params: { "fc.weight": stored },
    });
  });

  test("starts afresh where a file has none, or only a part of it", () => {
    const part: HostArrays = { "fc.weight": weight };
    for (const kept of [{}, part]) {
      const loaded = load(save({ ...body, ...kept }));
      expect(loaded.notes).toEqual([expect.stringMatching(afresh)]);
      expect(loaded.params["fc.weight"]).not.toEqual(weight);
      expect(loaded.params["conv1.weight"]).toEqual(startWeights["conv1.weight"]);
    }
  });
});

test.each(["module.", "_orig_mod.", "model.", "model._orig_mod.module."])(
  "the prefix %s is taken off, and said",
  (prefix) => {
    const wrapped = Object.fromEntries(Object.entries(startWeights).map(([name, array]) => [prefix + name, array]));
    const loaded = load(save(wrapped));
    expect({ ...loaded.params, ...loaded.state }).toEqual(startWeights);
    expect(loaded.notes).toContain(`names are read without their prefix ${prefix}`);
    const twice = { ...wrapped, "conv1.weight": startWeights["conv1.weight"] };
    expect(() => load(save(twice))).toThrow(/conv1.weight are both conv1.weight; leave one of the two/);
  },
);

test("no weight of ours begins with a prefix that is taken off", () => {
  for (const name of ["resnet20", "airbench94", "regnety-400mf", "vit-tiny-patch4-depth6", "swinv2-tiny"] as const) {
    const { params, state } = undrawn(createModel(name, { inputChannels: 3, classes: 3, imageSize: 32 }));
    for (const key of Object.keys({ ...params, ...state })) expect(key).not.toMatch(/^(module|_orig_mod|model)\./);
  }
});

/** A file with one tensor in another type, given by its bytes. */
function withTensor(name: string, dtype: string, bytes: Uint8Array, shape: readonly number[] = [16]): string {
  const { [name]: _, ...others } = startWeights;
  const file = Buffer.from(encodeSafetensors(others));
  const length = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  const data = Buffer.concat([file.subarray(8 + length), bytes]);
  header[name] = { dtype, shape, data_offsets: [data.length - bytes.length, data.length] };
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(join(folder, "typed.safetensors"), Buffer.concat([size, text, data]));
  return join(folder, "typed.safetensors");
}

test("bfloat16 and float64 are read", () => {
  const values = Array.from({ length: 16 }, (_, i) => (i - 4) / 8);
  const doubles = new Uint8Array(Float64Array.from(values).buffer);
  expect([...load(withTensor("bn1.weight", "F64", doubles)).params["bn1.weight"].data]).toEqual(values);
  // bfloat16 is a float32's upper half, and these need no lower one.
  const halves = new Uint8Array(Float32Array.from(values).buffer).filter((_, i) => i % 4 >= 2);
  expect([...load(withTensor("bn1.weight", "BF16", halves)).params["bn1.weight"].data]).toEqual(values);
});

test.each<[string, () => string, RegExp]>([
  [
    "int8",
    () => withTensor("bn1.weight", "I8", new Uint8Array(16)),
    /bn1.weight holds I8; weights are F32, F64, F16, BF16/,
  ],
  ["an unknown type", () => withTensor("bn1.weight", "Q4", new Uint8Array(16)), /bn1.weight has type Q4; known: F64/],
  [
    "a surplus bfloat16 tensor",
    () => withTensor("extra.weight", "BF16", new Uint8Array(32)),
    /extra.weight is no weight of resnet20/,
  ],
  [
    "NaN",
    () => save({ ...startWeights, "bn1.bias": HostArray.float32([16], new Array(16).fill(0).with(5, Number.NaN)) }),
    /bn1.bias is NaN at element 5; weights must be finite/,
  ],
  [
    "a float64 that no float32 holds",
    () => withTensor("bn1.weight", "F64", new Uint8Array(Float64Array.from({ length: 16 }, () => 1e300).buffer)),
    /bn1.weight is Infinity at element 0/,
  ],
  [
    "the weights of an anchored network",
    () => save({ ...startWeights, "conv1.weight": HostArray.zeros([16, 6, 3, 3]) }),
    /conv1.weight is \[16,6,3,3\].* tuples of an anchored network; add method.name anchored/,
  ],
  [
    "weights for grey images",
    () => save({ ...startWeights, "conv1.weight": HostArray.zeros([16, 1, 3, 3]) }),
    /conv1.weight is .* for images of 1 channels where these need 3/,
  ],
  [
    "a file of torch.save",
    () => {
      writeFileSync(join(folder, "weights.pth"), "PK\x03\x04 and more");
      return join(folder, "weights.pth");
    },
    /weights.pth: a PyTorch file.*safetensors.torch.save_file/,
  ],
])("%s is refused by name", (_, path, message) => {
  const file = path();
  expect(() => load(file)).toThrow(UserError);
  expect(() => load(file)).toThrow(message);
});

test("a downloaded folder is taken: its classes are compared, its normalisation is told", async () => {
  const download = join(folder, "download");
  mkdirSync(download);
  save(startWeights, "download/model.safetensors");
  const describeIt = (config: object) => writeFileSync(join(download, "config.json"), JSON.stringify(config));
  expect(load(download).notes).toEqual([expect.stringMatching(/does not say which its 3 classes are/)]);
  describeIt({ architecture: "resnet20", label_names: CLASSES, pretrained_cfg: { mean: [0.4], std: [0.2] } });
  const loaded = load(download);
  expect({ ...loaded.params, ...loaded.state }).toEqual(startWeights);
  expect(loaded.notes).toEqual([expect.stringMatching(/normalised by mean 0.4 and deviation 0.2; the data's own/)]);
  describeIt({ label_names: ["a", "b", "c"] });
  expect(load(download).notes).toEqual([expect.stringMatching(/for other classes \(a, b, c; now dark, grey, light/)]);
  const summary = await train(tinyConfig({ init: download }), tinyDataSet(), {
    run: join(folder, "tuned"),
    maxSteps: 1,
  });
  expect(summary.steps).toBe(1);
  rmSync(join(download, "model.safetensors"));
  await expect(train(tinyConfig({ init: download }), tinyDataSet(), { run: join(folder, "no") })).rejects.toThrow(
    /download: the folder holds neither a trained run .* nor a downloaded model/,
  );
});

test("a run starts from the checkpoint of another, and resumes without the file", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await train(tinyConfig({ method: { name: "standard" } }), tinyDataSet(), { run: first });
  const init = runPaths(first).checkpoint;
  const config = tinyConfig({ method: { name: "anchored", referenceCount: 2 }, init });
  const notes: string[] = [];
  await train(config, tinyDataSet(), { run: second, maxSteps: 1, onNotice: (line) => notes.push(line) });
  expect(notes[0]).toMatch(/conv1.weight: \[16,3,3,3\] widened to \[16,6,3,3\]/);
  rmSync(first, { recursive: true });
  await train(config, tinyDataSet(), { run: second, resume: true });
  expect(loadCheckpoint(runPaths(second).checkpoint).progress.step).toBe(12);
});
