import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lax, type numpy as np, valueAndGrad } from "@jax-js/jax";
import { afterAll, describe, expect, test } from "vitest";
import {
  type DataSet,
  type Fed,
  HostArray,
  type HostArrays,
  type ImageSet,
  imageAt,
  Random,
  subset,
  UserError,
} from "../../core/index.ts";
import { expectCompiledEqualsOracle } from "../../engine/testing.ts";
import { runPaths } from "../../files/index.ts";
import { createMethod, type MethodOptions } from "../../methods/index.ts";
import { type Arrays, createDualEncoder } from "../../models/index.ts";
import { loadCheckpoint, type RunConfigInput, readMetrics, resolveConfig } from "../../run/index.ts";
import { type ContrastiveOptions, contrastive } from "../../tasks/index.ts";
import { createEmbedder, loadDualEncoder, zeroShot } from "../dual-encoder/index.ts";
import { tensorsAs, writeClipFolder } from "../dual-encoder/test-clip-folder.ts";
import { inOneProcess } from "../group/in-process.ts";
import { loadPredictor } from "../predict.ts";
import { withStartingRun } from "../starting-config.ts";
import { digestOf, tinyConfig, tinyDataSet } from "../testing.ts";
import type { TrainOptions } from "../training.ts";
import { readClassifierSource } from "../zero-shot-run/classifier-source.ts";
import { zeroShotRun } from "../zero-shot-run/zero-shot-run.ts";
import { dualLossOf } from "./dual-loss.ts";
import { buildDualEncoder, type ContrastiveRecord, readContrastiveRun } from "./record.ts";
import { trainContrastive } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-contrastive-"));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;
const newRun = () => join(folder, `run-${runs++}`);

const captioned = (set: ImageSet): ImageSet => ({
  ...set,
  captions: Array.from(set.labels, (label) => [
    `a ${set.classNames[label]} square`,
    `something ${set.classNames[label]}`,
  ]),
});

function tinyPairs(): DataSet {
  const { train, validation, ...others } = tinyDataSet();
  return { ...others, train: captioned(train), validation: captioned(validation) };
}

const pairConfig = (changes: Partial<RunConfigInput> = {}) =>
  tinyConfig({
    task: { name: "contrastive" },
    model: "mlp",
    embedding: 8,
    batchSize: 12,
    epochs: 2,
    optimizer: { name: "adamw", weightDecay: 0.1, decayNormsAndBiases: false },
    schedule: { name: "one-cycle", peak: 0.003 },
    ...changes,
  }) as ContrastiveRecord["config"];

const anchored = { name: "anchored", maskProbability: 0.5, maskTarget: "label", referenceCount: 3 } as const;
const trained = async (
  changes: Partial<RunConfigInput> = {},
  options: Partial<TrainOptions> = {},
  data = tinyPairs(),
) => {
  const run = options.run ?? newRun();
  return { run, summary: await trainContrastive(pairConfig(changes), data, { ...options, run }) };
};
const weightsOf = (run: string) => loadCheckpoint(runPaths(run).checkpoint);

const plain = { captionWeight: 0, retrievedWeight: 0 };
describe.each<[string, MethodOptions, string, typeof plain]>([
  ["standard", { name: "standard" }, "clip-small", plain],
  ["anchored, masked", { ...anchored, maskBy: "batch", references: "all" } as MethodOptions, "clip-small", plain],
  ["standard, of a network with BatchNorm", { name: "standard" }, "resnet20", plain],
  ["ARF", { name: "standard" }, "clip-small", { captionWeight: 0.5, retrievedWeight: 0.7 }],
  [
    "ARF, anchored",
    { ...anchored, maskBy: "batch", references: "all" } as MethodOptions,
    "resnet20",
    { captionWeight: 0.5, retrievedWeight: 0.7 },
  ],
])("compiled ≡ jax-js: loss, gradients and sums, %s", (_, options, model, weights) => {
  test("of all parameters", async () => {
    const method = createMethod(options, contrastive(weights));
    const count = weights.retrievedWeight > 0 ? 8 : 4;
    const text = { width: 16, heads: 2, depth: 1, context: 6, vocabulary: 12 };
    const channels = method.inputChannels(3);
    const embedding = model === "clip-small" ? undefined : 8;
    const encoder = createDualEncoder(model, { inputChannels: channels, imageSize: 8, embedding, text });
    const { params, state } = encoder.init(new Random("weights"));
    const random = new Random("pairs");
    const images = () => Float32Array.from({ length: count * 3 * 64 }, () => random.normal());
    const { rows, shared } = method.prepare(
      { images: images(), targets: Float32Array.from({ length: count }, (_, i) => i % 3) },
      { count, channels: 3, height: 8, width: 8, targetSize: 1 },
      random,
      () => {
        const clean = images();
        return { clean, shown: clean };
      },
    );
    // Start, one to three words, end, padding.
    const texts = () =>
      Array.from({ length: count }, () => {
        const words = Array.from({ length: 1 + random.integer(3) }, () => 2 + random.integer(8));
        return [10, ...words, 11, 0, 0, 0].slice(0, 6);
      });
    const said = () => new HostArray("int32", [count, 6], Int32Array.from(texts().flat()));
    const tokens = { tokens: said(), ...(weights.captionWeight > 0 && { captions: said() }) };
    const fed: Fed = { rows: { ...rows, inputs: { ...rows.inputs, ...tokens } }, shared };
    const lossOf = dualLossOf(encoder, method, { syncBatchNorm: false, task: weights });
    const differentiated = (params: Arrays, state: Arrays, fed: Fed<np.Array>) => {
      const pair = (params: Arrays, state: Arrays, fed: Fed<np.Array>) => lossOf(params, state, fed);
      const [[loss, { sums, state: moved }], gradients] = (valueAndGrad(pair as never, { hasAux: true }) as any)(
        params,
        state,
        fed,
      );
      const kept = Object.fromEntries(Object.keys(state).map((name) => [name, lax.stopGradient(moved[name])]));
      return { loss, sums, gradients, moved: kept };
    };
    await expectCompiledEqualsOracle(differentiated as never, [params, state, fed], 2e-4);
  }, 120_000);
});

describe("a run of image-text pairs", () => {
  test("learns which texts belong to images, and knows its classes by their names", async () => {
    const { run, summary } = await trained({ epochs: 12 });
    expect(summary).toMatchObject({ finished: true, validationAccuracy: 1 });
    const lines = readMetrics(runPaths(run).metrics);
    expect(lines.at(-1)).toMatchObject({ event: "epoch", matched: expect.any(Number) as number });
    expect(JSON.parse(readFileSync(runPaths(run).tokenizer, "utf8"))).toHaveProperty("model");
    const { texts } = readContrastiveRun(run);
    expect(texts.count).toBe(6);

    const { validation, normalization } = tinyPairs();
    const loaded = loadDualEncoder(run);
    expect(loaded.normalization).toEqual(normalization);
    const embedder = createEmbedder(loaded, { threads: 1 });
    const classifier = await zeroShot(embedder, ["light", "dark", "grey"], { templates: ["a {} square"] });
    const size = 8 * 8 * 3;
    const pixels = Array.from(validation.labels, (_, n) =>
      (validation.images as Uint8Array).subarray(n * size, (n + 1) * size),
    );
    const { data } = await classifier.logits(pixels);
    await embedder.dispose();
    const named = Array.from(validation.labels, (_, n) => {
      const row = [...data.subarray(3 * n, 3 * n + 3)];
      return classifier.classNames[row.indexOf(Math.max(...row))];
    });
    expect(named).toEqual(Array.from(validation.labels, (label) => validation.classNames[label]));
  }, 60_000);

  test("anchored, it puts an image at the mean of its points under the references, and knows classes as the classifier of it does", async () => {
    const { run } = await trained({ method: anchored }, { maxSteps: 3 });
    const { validation } = tinyPairs();
    const few = subset(validation, [0, 1, 2, 3, 4]);
    const images = Array.from({ length: 5 }, (_, row) => imageAt(few, row));
    const [three, one] = [loadDualEncoder(run), loadDualEncoder(run, { k: 1 })].map((loaded) =>
      createEmbedder(loaded, { threads: 1, batchSize: 6 }),
    );
    const { points, agreement } = await three.pointsOfImages(images);
    expect([points.shape, agreement?.shape]).toEqual([[5, 8], [5]]);
    for (let n = 0; n < 5; n++) {
      expect(Math.hypot(...points.data.subarray(8 * n, 8 * n + 8))).toBeCloseTo(1, 5);
      expect(agreement!.data[n]).toBeGreaterThan(0);
      expect(agreement!.data[n]).toBeLessThan(1);
    }
    expect(await one.pointsOfImages(images)).not.toHaveProperty("agreement");
    expect(() => loadDualEncoder(run, { k: 4 })).toThrow("keeps 3 references");

    const named = ["light", "dark", "grey"];
    const templates = ["a {} square"];
    const out = newRun();
    const source = readClassifierSource(run);
    const config = resolveConfig({ ...source.config, data: readContrastiveRun(run).config.data, threads: 1 });
    await zeroShotRun(run, source, config, tinyPairs(), { out, templates, names: named, threads: 1 });
    const predictor = await loadPredictor(out, { threads: 1 });
    for (const [embedder, protocol] of [
      [three, "k"],
      [one, "single"],
    ] as const) {
      const { data } = await (await zeroShot(embedder, named, { templates })).logits(images);
      const { logits } = await predictor.predict(few, { protocol });
      for (const [i, logit] of logits.entries()) expect(data[i]).toBeCloseTo(logit, 4);
      await embedder.dispose();
    }
    await predictor.dispose();
  }, 60_000);

  test.each<[string, Partial<RunConfigInput>]>([
    ["standard", {}],
    ["anchored", { method: anchored }],
    ["with names of classes", { task: { name: "contrastive", texts: "classes", sameClass: "positive" } }],
    ["with captions beside names", { task: { name: "contrastive", texts: "classes", captionWeight: 1 } }],
  ])("resumes bit for bit: %s", async (_, changes) => {
    const [whole, half] = [await trained(changes), await trained(changes, { maxSteps: 5 })];
    await trained(changes, { run: half.run, resume: true });
    expect(digestOf(weightsOf(half.run))).toBe(digestOf(weightsOf(whole.run)));
    const { texts = "captions", captionWeight = 0 } = (changes.task ?? {}) as Partial<ContrastiveOptions>;
    const readsCaptions = texts === "captions" || captionWeight > 0;
    const other = tinyPairs();
    const captions = other.train.captions!.map((texts) => texts.map((text) => `${text}!`));
    await expect(trained(changes, { run: half.run, resume: true }, { ...other, train: { ...other.train, captions } }))[
      readsCaptions ? "rejects" : "resolves"
    ].toMatchObject(!readsCaptions ? {} : { message: expect.stringContaining("texts.sha256") as string });
  });

  test("the logit scale stays between 0 and ln 100", async () => {
    const { run } = await trained({ schedule: { name: "one-cycle", peak: 3 }, epochs: 1, clipNorm: 1 });
    const [scale] = weightsOf(run).params.logit_scale.data;
    expect(scale).toBeGreaterThanOrEqual(0);
    expect(scale).toBeLessThanOrEqual(Math.fround(Math.log(100)));
  });

  test.each<[string, Partial<RunConfigInput>]>([
    ["standard", {}],
    ["anchored", { method: anchored }],
    ["captions beside names", { task: { name: "contrastive", texts: "classes", captionWeight: 0.5 } }],
    ["pairs of a class ignored", { task: { name: "contrastive", sameClass: "ignored" } }],
    ["BatchNorm synchronized", { model: "resnet20", syncBatchNorm: true, epochs: 1 }],
  ])(
    "two and three ranks see the pairs of all, and train as one does: %s",
    async (title, asked) => {
      // An optimizer that divides by a gradient's size would make a long step of one that is all rounding.
      const sgd = { optimizer: { name: "sgd" }, schedule: { name: "one-cycle", peak: 0.05 } } as const;
      const changes: Partial<RunConfigInput> = { ...sgd, ...asked };
      const synchronized = title.startsWith("BatchNorm");
      const by = async (ranks: number, options: Partial<TrainOptions> = {}) => {
        const run = newRun();
        const config = pairConfig(changes);
        await inOneProcess(ranks, (group) => trainContrastive(config, tinyPairs(), { run, group, ...options }));
        return run;
      };
      const [one, ...others] = await Promise.all([1, 2, ...(synchronized ? [] : [3])].map((ranks) => by(ranks)));
      const lines = readMetrics(runPaths(one).metrics);
      for (const run of others)
        for (const [i, { loss, matched }] of readMetrics(runPaths(run).metrics).entries()) {
          expect(loss).toBeCloseTo(lines[i].loss, synchronized ? 2 : 4);
          if (!synchronized) expect(matched).toBeCloseTo(lines[i].matched!, 5);
        }
      // After a step weights are apart as gradients are; those of BatchNorms at 8 pixels jump where rounding decides a ReLU.
      if (synchronized) return;
      const record = readContrastiveRun(one);
      const { params: start } = buildDualEncoder(record).encoder.init(new Random("init", record.config.seed));
      const [first, together] = await Promise.all([1, 2].map((ranks) => by(ranks, { maxSteps: 1 })));
      expect(apart(weightsOf(first).params, weightsOf(together).params, start)).toBeLessThan(5e-6);
    },
    120_000,
  );
});

/** How far weights are apart, of how far training has moved them, all arrays together. */
function apart(a: HostArrays, b: HostArrays, start: HostArrays): number {
  let [distance, moved] = [0, 0];
  for (const name of Object.keys(a))
    for (const [i, value] of (a[name].data as Float32Array).entries()) {
      distance += (value - (b[name].data[i] as number)) ** 2;
      moved += (value - (start[name].data[i] as number)) ** 2;
    }
  return Math.sqrt(distance / moved);
}

describe("starting from another dual encoder", () => {
  test("FLYP: goes on from a run's weights, with its tokenizer and normalization", async () => {
    const { run: init } = await trained();
    const { run } = await trained(
      { init, task: { name: "contrastive", texts: "classes" }, validateEvery: 0 },
      { maxSteps: 1 },
    );
    expect(readFileSync(runPaths(run).tokenizer, "utf8")).toBe(readFileSync(runPaths(init).tokenizer, "utf8"));
    const { params: fresh } = buildDualEncoder(readContrastiveRun(run)).encoder.init(new Random("init", 1));
    expect(apart(weightsOf(init).params, weightsOf(run).params, fresh)).toBeLessThan(0.5);
  });

  test("an anchored tower starts as the same function, whatever the reference is", async () => {
    const { run: init } = await trained({ epochs: 4 });
    const still = { schedule: { name: "one-cycle", peak: 1e-12 }, epochs: 1 } as const;
    const [plain, tuples] = [await trained({ init, ...still }), await trained({ init, method: anchored, ...still })];
    expect(tuples.summary.validationLoss).toBeCloseTo(plain.summary.validationLoss!, 4);
    const [stem] = Object.entries(weightsOf(tuples.run).params);
    expect(stem[1].shape[1]).toBe(2 * Object.values(weightsOf(plain.run).params)[0].shape[1]);
  });

  test("decides its network where nothing else does; a classification is told to make a classifier of it first", async () => {
    const { run: init } = await trained({ epochs: 1 });
    const { base } = withStartingRun({ init, "task.name": "contrastive" });
    expect(base).toMatchObject({ model: "mlp", embedding: 8 });
    expect(() => withStartingRun({ init })).toThrow("make a classifier of it (anchored zero-shot)");
    expect(withStartingRun({ init }, undefined, init).base).toMatchObject({ model: "mlp", embedding: 8 });
  });

  const [tensors, heads] = [
    () =>
      tensorsAs("openai", createDualEncoder("clip-small", { imageSize: 8 }).init(new Random("clip")).params as never),
    { hidden_act: "gelu", num_attention_heads: 4 },
  ];
  const clipSmall = { model: "clip-small", embedding: undefined, validateEvery: 0 } as const;

  test("goes on from a folder of CLIP's weights, and keeps both files of its tokenizer, which nothing may change", async () => {
    const told = { model_max_length: 16 };
    const init = writeClipFolder(join(folder, "clip"), {
      tensors: tensors(),
      config: { model_type: "clip", vision_config: heads, text_config: heads },
      others: { "tokenizer_config.json": told },
    });
    const changes = { init, ...clipSmall };
    const run = newRun();
    mkdirSync(run);
    writeFileSync(runPaths(run).tokenizerConfig, "{}");
    await trained(changes, { run, maxSteps: 1 });
    for (const file of ["tokenizer", "tokenizerConfig"] as const)
      expect(readFileSync(runPaths(run)[file], "utf8")).toBe(readFileSync(runPaths(init)[file], "utf8"));
    const { run: next } = await trained({ ...changes, init: run }, { maxSteps: 1 });
    expect(JSON.parse(readFileSync(runPaths(next).tokenizerConfig, "utf8"))).toEqual(told);
    writeFileSync(runPaths(run).tokenizerConfig, "{}");
    await expect(trained(changes, { run, resume: true })).rejects.toThrow("texts.tokenizer");
  });

  test.each<[string, { readonly hidden_act?: string; readonly num_attention_heads?: number }]>([
    ["activation quick-gelu, clip-small here has gelu", { hidden_act: "quick_gelu" }],
    ["text heads 8, clip-small here has 4", { num_attention_heads: 8 }],
  ])("what shapes do not show is held to: %s", async (message, changes) => {
    const image = { ...heads, hidden_act: changes.hidden_act ?? "gelu" };
    const init = writeClipFolder(join(folder, message), {
      tensors: tensors(),
      config: { model_type: "clip", vision_config: image, text_config: { ...image, ...changes } },
    });
    await expect(trained({ init, ...clipSmall }, { maxSteps: 1 })).rejects.toThrow(message);
  });

  test("one of another shape is refused", async () => {
    const { run: init } = await trained({ epochs: 1 });
    await expect(trained({ init, embedding: 16 })).rejects.toThrow(
      /config\.init .*: visual\.\S+ is \[8,.*here has \[16/,
    );
    await expect(trained({ init: folder })).rejects.toThrow("neither the run folder of a dual encoder nor");
  });
});

test("texts that are longer than the tower reads are told; a folder without a checkpoint gets this training's tokenizer", async () => {
  const data = tinyPairs();
  const long = Array.from({ length: 20 }, () => "dark").join(" ");
  const captions = data.train.captions!.map((texts, i) => (i === 3 ? [long] : texts));
  const notices: string[] = [];
  const run = newRun();
  mkdirSync(run);
  writeFileSync(runPaths(run).tokenizer, "{}");
  writeFileSync(runPaths(run).tokenizerConfig, "{}");
  const onNotice = (line: string) => notices.push(line);
  await trained({ epochs: 1 }, { run, maxSteps: 1, onNotice }, { ...data, train: { ...data.train, captions } });
  expect(notices).toContainEqual(
    expect.stringMatching(/^1 of 7 texts have more than 16 tokens and are cut there, e\.g\. "dark dark/) as string,
  );
  expect(JSON.parse(readFileSync(runPaths(run).tokenizer, "utf8"))).toHaveProperty("model");
  expect(existsSync(runPaths(run).tokenizerConfig)).toBe(false);
});

test("images of which nothing is said are refused", async () => {
  await expect(trained({}, {}, tinyDataSet())).rejects.toThrow("nothing is said of the images of tiny/train");
  const data = tinyPairs();
  const captions = data.train.captions!.map((texts, i) => (i === 3 ? [] : texts));
  await expect(trained({}, {}, { ...data, train: { ...data.train, captions } })).rejects.toThrow(
    "of image 4 of tiny/train",
  );
});

test.each<[Partial<RunConfigInput>, string]>([
  [{ method: { name: "oat" } as never }, "method.name oat"],
  [{ method: { ...anchored, maskTarget: "uniform" } }, "method.maskTarget uniform"],
  [{ method: { ...anchored, anchorAt: "features" } }, "method.anchorAt features"],
  [{ method: { ...anchored, referencesPerImage: 2 } }, "method.referencesPerImage 2"],
  [{ accumulate: 2 }, "accumulate 2"],
  [{ task: { name: "contrastive", captionWeight: 1 } }, "task.captionWeight 1"],
  [{ repeatedAugmentation: 2 }, "repeatedAugmentation 2"],
  [{ mix: [{ name: "mixup", options: {} }] }, "mix mixup"],
  [{ labelSmoothing: 0.1 }, "labelSmoothing"],
  [{ packed: {} }, "packed"],
  [{ swag: {} }, "swag"],
  [{ trainable: "head" }, "trainable head"],
  [{ task: { name: "contrastive", templates: ["a photo"] } }, "task.templates.0: has no {}"],
])("config %j is refused in one line", (changes, why) => {
  const input = { data: { name: "emoji" }, task: { name: "contrastive" }, model: "clip-small", ...changes };
  expect(() => resolveConfig(input as RunConfigInput)).toThrow(UserError);
  expect(() => resolveConfig(input as RunConfigInput)).toThrow(why);
});
