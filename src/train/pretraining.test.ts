import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normalizeImages } from "../augment/index.ts";
import { type DataSet, HostArray, type ImageSet, Random, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { fingerprintOf } from "../files/internal.ts";
import { loadCheckpoint, type RunConfigInput, readRun } from "../run/index.ts";
import { loadPredictor, train } from "./index.ts";
import { initialWeights } from "./initial-weights.ts";
import { findPretraining, otherSplit } from "./pretraining.ts";
import { referenceSet } from "./reference-set.ts";
import { tinyConfig, tinyDataSet, tinyImages, untrainedRun } from "./testing.ts";

/** Images that no other set has, under statistics of their own. */
const old: DataSet = {
  ...tinyDataSet(),
  train: tinyImages("old/train", 40, 7),
  normalization: { mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] },
};
const now = tinyDataSet();
const anchored = (referenceSource: "new" | "pretraining" | "both") =>
  ({ name: "anchored", referenceSource, referenceCount: 5 }) as const;

const root = mkdtempSync(join(tmpdir(), "anchored-pretraining-"));
const pretrained = join(root, "pretrained");
beforeAll(() =>
  untrainedRun(
    pretrained,
    tinyConfig({ method: { name: "anchored", references: "20" }, averageDecay: 0.9, seed: 4 }),
    old,
  ),
);
afterAll(() => rmSync(root, { recursive: true }));

const fineTuning = (changes: Partial<RunConfigInput> = {}) =>
  tinyConfig({ init: pretrained, method: anchored("both"), epochs: 1, validateEvery: 0, ...changes });

/** By its values: which set an image [C, H, W], normalised as the pre-training was, belongs to. */
const origins = new Map(
  Object.entries({ old, now }).flatMap(([name, { train: set }]) =>
    Array.from(
      set.labels,
      (_, row) => [normalizeImages(set, [row], old.normalization).join(), `${name} ${row}`] as const,
    ),
  ),
);
const originsOf = (images: Float32Array): string[] => {
  const size = 3 * 8 * 8;
  return Array.from(
    { length: images.length / size },
    (_, i) => origins.get(images.subarray(i * size, (i + 1) * size).join()) ?? "nowhere",
  );
};

const setFrom = (source: "new" | "pretraining" | "both") => {
  const config = fineTuning({ method: anchored(source) });
  return referenceSet(
    config,
    { train: now.train, normalization: old.normalization },
    { pretraining: findPretraining(config, { run: "none" }), pretrainingImages: old.train },
  )!;
};

test.each([
  ["new", ["now"]],
  ["pretraining", ["old"]],
  ["both", ["now", "old"]],
] as const)("references from %s are drawn and kept from there, by that run's policy", (source, wanted) => {
  const set = setFrom(source);
  const drawn = originsOf(set.drawAt(1)(400, new Random("draws")).clean);
  const setsOf = (origins: string[]) => [...new Set(origins.map((name) => name.split(" ")[0]))].sort();
  expect(setsOf(drawn)).toEqual(wanted);
  const fromOld = drawn.filter((name) => name.startsWith("old"));
  if (source !== "new") expect(new Set(fromOld).size).toBe(20);
  if (source === "both") expect(Math.abs(fromOld.length - 200)).toBeLessThan(40);

  const kept = originsOf(set.kept().data as Float32Array);
  expect(new Set(kept).size).toBe(5);
  expect(setsOf(kept)).toEqual(wanted);
});

test("a fine-tuned run is resumed bit for bit when the pre-trained one is gone", async () => {
  const config = fineTuning();
  const [straight, stopped] = [join(root, "straight"), join(root, "stopped")];
  const options = { pretrainingImages: old.train };
  await train(config, now, { run: straight, ...options });
  await train(config, now, { run: stopped, maxSteps: 2, ...options });
  renameSync(pretrained, `${pretrained}-gone`);
  try {
    await train(config, now, { run: stopped, resume: true, ...options });
  } finally {
    renameSync(`${pretrained}-gone`, pretrained);
  }
  const [one, other] = [straight, stopped].map((run) => loadCheckpoint(runPaths(run).checkpoint));
  expect({ ...other, progress: 0 }).toEqual({ ...one, progress: 0 });
  expect(one.references).toEqual(setFrom("both").kept());

  const record = readRun(straight);
  expect(record.data.normalization).toEqual(old.normalization);
  expect(record.pretraining).toMatchObject({ data: { name: "tiny" }, references: "20", seed: 4 });

  const predictor = await loadPredictor(straight);
  const asked = predictor.predict(now.test, { protocol: "blt", train: now.train });
  await expect(asked).rejects.toThrow(/options.protocol blt/);
  await predictor.dispose();
});

test("a run folder gives the moving average of its weights", () => {
  const { average } = loadCheckpoint(runPaths(pretrained).checkpoint);
  const fresh = { params: average!.params, state: average!.state };
  const zeros = Object.fromEntries(
    Object.entries(fresh.params).map(([name, { shape }]) => [name, HostArray.zeros(shape)]),
  );
  const model = { name: "resnet20", stemWeight: "conv1.weight", head: ["fc.weight", "fc.bias"] };
  const { classNames } = now.train;
  const loaded = initialWeights(pretrained, model, { params: zeros, state: fresh.state }, classNames);
  expect(loaded.params).toEqual(average!.params);
  expect(loaded.notes).toEqual([expect.stringMatching(/moving average/)]);
});

describe("a run that starts from one of the same data", () => {
  const before = { data: { name: "folder", folder: "/photos", seed: 0 }, sha256: fingerprintOf(old.train) };
  const noticed = (data: object, train = old.train) =>
    otherSplit(
      { init: "RUN", data: { ...before.data, ...data } as RunConfigInput["data"] },
      { ...before, references: "all", seed: 0, normalization: old.normalization },
      train,
    );

  test.each<[string, object, string]>([
    ["by another seed", { seed: 5 }, "seed 0, now 5"],
    ["into other shares", { validationFraction: 0.3 }, "validationFraction the default, now 0.3"],
  ])("split %s, is told that its held-out images may have been trained on", (_, data, how) => {
    expect(noticed(data, now.train)).toBe(
      `config.init RUN was trained on another split of the same data (${how}): images held out here may be among those that it was trained on, and scores on them too good`,
    );
  });

  test("that have changed since, too", () =>
    expect(noticed({}, now.train)).toMatch(/another split of the same data \(its images have changed\)/));

  test.each<[string, object, ImageSet]>([
    ["the same split", {}, old.train],
    ["other data", { folder: "/pictures", seed: 5 }, now.train],
    ["another size", { imageSize: 16 }, now.train],
    ["fewer of the same training images", { limitTrain: 10 }, now.train],
  ])("%s: nothing is told", (_, data, train) => expect(noticed(data, train)).toBeUndefined());

  test("hears it while training", async () => {
    const notices: string[] = [];
    const told = { run: join(root, "split"), maxSteps: 0, onNotice: (line: string) => notices.push(line) };
    await train(fineTuning({ method: { name: "anchored" }, data: { name: "tiny", seed: 9 } as never }), now, told);
    expect(notices.join("\n")).toMatch(/was trained on another split of the same data \(seed /);
  });
});

test("the data's own statistics can be asked for", async () => {
  const run = join(root, "own");
  await train(fineTuning({ method: { name: "anchored" }, normalization: "data" }), now, { run, maxSteps: 0 });
  expect(readRun(run).data.normalization).toEqual(now.normalization);
});

const file = join(root, "pretrained", "checkpoint.safetensors");
test.each<[string, Partial<RunConfigInput>, Partial<DataSet>, RegExp]>([
  ["no pre-training", { init: undefined }, {}, /method.referenceSource both: there is no config.init, which/],
  [
    "only its weights",
    { init: file },
    {},
    /method.referenceSource both: config.init .*checkpoint.safetensors is a file/,
  ],
  [
    "no normalization",
    { init: undefined, method: { name: "standard" }, normalization: "init" },
    {},
    /config.normalization init: there is no config.init/,
  ],
  ["other images", {}, { train: now.train }, /no longer those that the run was trained on/],
])("%s is refused", async (_, changes, given, message) => {
  const options = { run: join(root, "refused"), pretrainingImages: given.train ?? old.train };
  const error = await train(fineTuning(changes), now, options).catch((e) => e);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toMatch(message);
});

test("images of another size than the pre-training's are refused", () => {
  const config = fineTuning();
  const set = { ...now.train, height: 4, width: 16 };
  const origin = { pretraining: findPretraining(config, { run: "none" }), pretrainingImages: old.train };
  expect(() => referenceSet(config, { train: set, normalization: old.normalization }, origin)).toThrow(
    /are 8×8 of 3 channels, the new ones 16×4/,
  );
});
