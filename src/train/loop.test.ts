import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runPaths } from "../files/index.ts";
import { optimizers } from "../optim/index.ts";
import { loadCheckpoint, type RunConfigInput, readMetrics, readRun } from "../run/index.ts";
import { loadPredictor, type TrainOptions, train } from "./index.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const anchored = { name: "anchored", maskProbability: 0.5, referenceCount: 3 } as const;
const config = tinyConfig({ method: anchored });
const whole = join(folder, "whole");

/** The stored weights, and everything of the log that doesn't depend on the clock. */
const outcome = (run: string) => {
  const { progress, ...tensors } = loadCheckpoint(runPaths(run).checkpoint);
  const lines = readMetrics(runPaths(run).metrics).map(({ seconds: _s, imagesPerSecond: _i, ...line }) => line);
  return { tensors: fingerprints(tensors), step: progress.step, lines };
};

/** Arrays by their SHA-256: comparing millions of numbers one by one takes a minute. */
const fingerprints = (tree: object): object =>
  Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value)
        ? createHash("sha256")
            .update(value as Uint8Array)
            .digest("hex")
        : isTree(value)
          ? fingerprints(value)
          : value,
    ]),
  );
const isTree = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

describe("an anchored run", () => {
  test("trains, validates, logs, and keeps its references", async () => {
    const steps: number[] = [];
    const notices: string[] = [];
    const summary = await train(config, tinyDataSet(), {
      run: whole,
      onNotice: (line) => notices.push(line),
      onProgress: ({ epoch, step, steps: stepsPerEpoch }) => steps.push((epoch - 1) * stepsPerEpoch + step),
    });
    expect(summary).toMatchObject({ finished: true, steps: 12, totalSteps: 12, keptReferences: 3 });
    expect(notices).toEqual([
      expect.stringMatching(/^12 steps in all \(50 training images: 6 batches of 8 in each of 2/),
    ]);
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const lines = readMetrics(runPaths(whole).metrics);
    expect(lines.map(({ event, step }) => `${event} ${step}`).join(", ")).toBe(
      "step 2, step 4, step 6, epoch 6, step 8, step 10, step 12, epoch 12",
    );
    expect(lines[7].loss).toBeLessThan(lines[3].loss);
    expect(lines[7].validationAccuracy).toBe(summary.validationAccuracy);
    expect(loadCheckpoint(runPaths(whole).checkpoint).references?.shape).toEqual([3, 3, 8, 8]);
  });

  const interruptions: [string, () => Partial<TrainOptions> & { afterStep?: number }][] = [
    ["at a step limit within an epoch", () => ({ maxSteps: 4 })],
    ["at a step limit at an epoch's end", () => ({ maxSteps: 6 })],
    [
      "by a signal",
      () => {
        const controller = new AbortController();
        return {
          signal: controller.signal,
          onProgress: ({ epoch, step }) => epoch === 2 && step === 3 && controller.abort(),
        };
      },
    ],
    [
      "by a crash within an epoch",
      () => ({
        onProgress: ({ epoch, step }) => {
          if (epoch === 2 && step === 4) throw new Error("power cut");
        },
      }),
    ],
  ];

  test("stops after the step under way, and takes none more", async () => {
    const run = join(folder, "stopped");
    const controller = new AbortController();
    const { signal } = controller;
    const summary = await train(config, tinyDataSet(), {
      run,
      signal,
      onProgress: ({ step }) => step === 3 && controller.abort(),
    });
    expect(summary).toMatchObject({ finished: false, steps: 3 });
    expect(loadCheckpoint(runPaths(run).checkpoint).progress.step).toBe(3);
  });

  test.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    "%s, averaged, with mixtures, accumulated and clipped gradients, resumes bit for bit, too, with threads that make batches",
    async (name) => {
      const all = tinyConfig({
        method: anchored,
        optimizer: { name },
        batchSize: 16,
        schedule: { name: "cosine", learningRate: 1e-3, warmupEpochs: 0.5 },
        validateEvery: 0,
        clipNorm: 1,
        accumulate: 2,
        averageDecay: 0.9,
        augment: [
          { name: "trivialAugmentWide", options: {} },
          { name: "cutout", options: { size: 3 } },
        ],
        mix: [
          { name: "mixup", options: {} },
          { name: "cutmix", options: {} },
        ],
        labelSmoothing: 0.1,
      });
      const [once, twice] = [join(folder, name), join(folder, `${name} resumed`)];
      // What lies there after an epoch and a step is what a crash would leave.
      const onProgress: TrainOptions["onProgress"] = ({ epoch, step }) => {
        if (epoch === 2 && step === 1) cpSync(once, twice, { recursive: true });
      };
      await train(all, tinyDataSet(), { run: once, onProgress, workers: 2 });
      await train(all, tinyDataSet(), { run: twice, resume: true, workers: 1 });
      expect(outcome(twice)).toEqual(outcome(once));
    },
  );

  // The second step's share is (1 + 1) / (10 + 1) at most.
  test.each([
    [0.9, 2 / 11],
    [0.15, 0.15],
  ])("averages that decay by %f are by %f what they were before the second step", async (averageDecay, share) => {
    const all = tinyConfig({ averageDecay });
    const [before, after] = await Promise.all(
      [1, 2].map(async (maxSteps) => {
        const run = join(folder, `average ${averageDecay} ${maxSteps}`);
        await train(all, tinyDataSet(), { run, maxSteps });
        return loadCheckpoint(runPaths(run).checkpoint);
      }),
    );
    for (const kind of ["params", "state"] as const)
      for (const [name, { data }] of Object.entries(after.average![kind])) {
        const [old, now] = [before.average![kind][name].data, after[kind][name].data];
        const expected = Array.from(data, (_, i) => share * Number(old[i]) + (1 - share) * Number(now[i]));
        const largest = Math.max(...expected.map(Math.abs));
        expect(Math.max(...expected.map((value, i) => Math.abs(value - Number(data[i])))), name).toBeLessThan(
          1e-6 * largest + 1e-9,
        );
      }
  });

  test("averaged weights, accumulated gradients and random depth resume bit for bit, too", async () => {
    const all = tinyConfig({
      model: "vit-tiny-patch4-depth6",
      method: anchored,
      schedule: { name: "constant", learningRate: 0.01 },
      accumulate: 2,
      averageDecay: 0.9,
      stochasticDepth: 0.3,
      dropout: 0.2,
    });
    const [once, twice] = [join(folder, "average"), join(folder, "average resumed")];
    await train(all, tinyDataSet(), { run: once });
    await train(all, tinyDataSet(), { run: twice, maxSteps: 5 });
    await train(all, tinyDataSet(), { run: twice, resume: true });
    expect(outcome(twice)).toEqual(outcome(once));
    const { params, average } = loadCheckpoint(runPaths(once).checkpoint);
    expect(String(average!.params["head.weight"].data)).not.toBe(String(params["head.weight"].data));
    const [last] = readMetrics(runPaths(once).metrics).slice(-1);
    expect(last.averageValidationAccuracy).toBeGreaterThan(0);
    // Predictions are the average's unless the raw weights are asked for.
    const logits = await Promise.all(
      ([undefined, "average", "raw"] as const).map(async (weights) => {
        const predictor = await loadPredictor(once, { weights });
        const { logits } = await predictor.predict(tinyDataSet().test);
        await predictor.dispose();
        return [...logits];
      }),
    );
    expect(logits[0]).toEqual(logits[1]);
    expect(logits[2]).not.toEqual(logits[1]);
  });

  test("growing references, several for an image, and late masking by image resume bit for bit, too", async () => {
    const all = tinyConfig({
      method: {
        ...anchored,
        maskBy: "image",
        maskFrom: 0.25,
        maskTo: 0.75,
        referenceStart: 2,
        referencesPerImage: 2,
        tiedStart: true,
      },
      accumulate: 2,
    });
    const [once, twice] = [join(folder, "growing"), join(folder, "growing resumed")];
    await train(all, tinyDataSet(), { run: once });
    await train(all, tinyDataSet(), { run: twice, maxSteps: 5 });
    await train(all, tinyDataSet(), { run: twice, resume: true });
    expect(outcome(twice)).toEqual(outcome(once));
  });

  test("corrupted references, partial masks and several mask draws resume bit for bit, too", async () => {
    const all = tinyConfig({ method: { ...anchored, corruptReferencesEvery: 2, maskKeep: 2, maskDraws: 4 } });
    const [once, twice] = [join(folder, "corrupted"), join(folder, "corrupted resumed")];
    await train(all, tinyDataSet(), { run: once });
    await train(all, tinyDataSet(), { run: twice, maxSteps: 5 });
    await train(all, tinyDataSet(), { run: twice, resume: true });
    expect(outcome(twice)).toEqual(outcome(once));
    const plain = join(folder, "not corrupted");
    await train(tinyConfig({ method: { ...anchored, maskKeep: 2, maskDraws: 4 } }), tinyDataSet(), { run: plain });
    expect(outcome(plain)).not.toEqual(outcome(once));
  });

  test("accumulated gradients are those of the whole batch, and are clipped as one", async () => {
    const weights = async (accumulate: number) => {
      const run = join(folder, `accumulate ${accumulate}`);
      // Without BatchNorm parts of a batch know nothing of one another.
      const model = "vit-tiny-patch4-depth6";
      const config = tinyConfig({ model, epochs: 1, accumulate, clipNorm: 0.5, validateEvery: 0 });
      await train(config, tinyDataSet(), { run });
      return loadCheckpoint(runPaths(run).checkpoint).params;
    };
    const [whole, parts] = [await weights(1), await weights(4)];
    for (const [name, { data }] of Object.entries(whole))
      expect(
        data.every((value, i) => Math.abs((parts[name].data[i] as number) - (value as number)) < 1e-5),
        name,
      ).toBe(true);
    await expect(train(tinyConfig({ accumulate: 3 }), tinyDataSet(), { run: join(folder, "3") })).rejects.toThrow(
      "config.accumulate 3: does not divide the batch of 8",
    );
  });

  test("the classifier alone moves where nothing else is trainable, BatchNorm's statistics included", async () => {
    const [from, run] = [join(folder, "probe from"), join(folder, "probe")];
    await train(tinyConfig({ epochs: 1 }), tinyDataSet(), { run: from });
    const init = runPaths(from).checkpoint;
    await train(tinyConfig({ epochs: 1, init, trainable: "head" }), tinyDataSet(), { run });
    const [before, after] = [from, run].map((at) => loadCheckpoint(runPaths(at).checkpoint));
    const moved = Object.keys(after.params).filter(
      (name) => String(after.params[name].data) !== String(before.params[name].data),
    );
    expect(moved.sort()).toEqual(["fc.bias", "fc.weight"]);
    expect(after.state).toEqual(before.state);
    expect(Object.keys(after.slots.momentum)).toEqual(["fc.weight", "fc.bias"]);
  });

  test.each(["resnet20", "airbench94"] as const)(
    "%s cannot start tied where its classifier alone moves",
    async (model) => {
      const config = tinyConfig({ model, method: { ...anchored, tiedStart: true }, trainable: "head" });
      await expect(train(config, tinyDataSet(), { run: join(folder, `tied head ${model}`) })).rejects.toThrow(
        `method.tiedStart: the first layer of ${model} is not trained`,
      );
    },
  );

  test("with a fitted first layer, a tied start is the network for images, fitted to images", async () => {
    const firstLoss = async (name: string, method: RunConfigInput["method"]) => {
      const run = join(folder, name);
      const config = tinyConfig({ model: "airbench94", method, epochs: 1, logEvery: 1 });
      await train(config, tinyDataSet(), { run, maxSteps: 1 });
      return readMetrics(runPaths(run).metrics)[0].loss;
    };
    const standard = await firstLoss("airbench for images", { name: "standard" });
    const tied = await firstLoss("airbench tied", { ...anchored, maskProbability: 0, tiedStart: true });
    expect(tied).toBeCloseTo(standard, 5);
    expect(await firstLoss("airbench untied", { ...anchored, maskProbability: 0 })).not.toBeCloseTo(standard, 5);
  });

  test("a first layer that is fitted to its inputs stays as it was fitted", async () => {
    const run = join(folder, "airbench");
    const config = tinyConfig({
      model: "airbench94",
      method: anchored,
      epochs: 1,
      optimizer: { name: "sgd", biasRate: 8 },
    });
    await train(config, tinyDataSet(), { run, maxSteps: 1 });
    const whitening = () => [...loadCheckpoint(runPaths(run).checkpoint).params["whiten.weight"].data];
    const fitted = whitening();
    const summary = await train(config, tinyDataSet(), { run, resume: true });
    expect(summary.finished).toBe(true);
    expect(whitening()).toEqual(fitted);
  });

  test.each(interruptions)("interrupted %s and resumed equals the whole run bit for bit", async (name, interrupt) => {
    const run = join(folder, name);
    await train(config, tinyDataSet(), { run, ...interrupt() }).then(
      (summary) => expect(summary.finished).toBe(false),
      (error) => expect(error.message).toBe("power cut"),
    );
    await train(config, tinyDataSet(), { run, resume: true });
    expect(outcome(run)).toEqual(outcome(whole));
  });

  test("predicts the same from its folder, by one reference and by K", async () => {
    const predictor = await loadPredictor(whole, { batchSize: 7 });
    const other = await loadPredictor(whole, { batchSize: 16 });
    const { test: set } = tinyDataSet();
    const k = await predictor.predict(set);
    expect(k.logits).toHaveLength(18 * 3);
    expect(await predictor.predict(set)).toEqual(k);
    const again = await other.predict(set, { protocol: "k", k: 3 });
    again.logits.forEach((logit, i) => {
      expect(logit).toBeCloseTo(k.logits[i], 4);
    });
    expect(Math.max(...k.uncertainty!)).toBeGreaterThan(0);
    expect((await predictor.predict(set, { protocol: "single" })).uncertainty).toBeUndefined();
    await expect(predictor.predict(set, { k: 4 })).rejects.toThrow("--k 4: the checkpoint keeps 3 references");
    await expect(predictor.predict({ ...set, channels: 1 })).rejects.toThrow("8×8 images of 1 channels");
    await predictor.dispose();
    await other.dispose();
  });

  test("its folder is not overwritten, and not resumed as another run", async () => {
    const before = readFileSync(runPaths(whole).checkpoint);
    await expect(train(config, tinyDataSet(), { run: whole })).rejects.toThrow("already holds a run");
    const other = tinyConfig({ method: { ...anchored, maskProbability: 0.25 } });
    await expect(train(other, tinyDataSet(), { run: whole, resume: true })).rejects.toThrow(
      /^options.resume: method.maskProbability is 0.25, but .* was trained with 0.5/,
    );
    const empty = join(folder, "empty");
    await expect(train(config, tinyDataSet(), { run: empty, resume: true })).rejects.toThrow("holds no run");
    expect(readFileSync(runPaths(whole).checkpoint).equals(before)).toBe(true);
  });
});

test("a standard run keeps no references; a given normalisation is that of its predictions", async () => {
  const run = join(folder, "standard");
  const normalization = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4] };
  const summary = await train(tinyConfig({ epochs: 1, normalization }), tinyDataSet(), { run });
  expect(summary.finished).toBe(true);
  expect(summary).not.toHaveProperty("keptReferences");
  expect(readRun(run).data.normalization).toEqual(normalization);
  const predictor = await loadPredictor(run);
  const predictions = await predictor.predict(tinyDataSet().test);
  expect(predictions.uncertainty).toBeUndefined();
  await predictor.dispose();
});

test("a loss that is not finite stops with the step's number and leaves the last checkpoint", async () => {
  const run = join(folder, "diverged");
  const wild = tinyConfig({
    schedule: { name: "multistep", learningRate: 1e-3, milestones: [1], factor: 1e33 },
    validateEvery: 0,
  });
  await expect(train(wild, tinyDataSet(), { run })).rejects.toThrow(
    /the loss is (NaN|Infinity|-Infinity) at step (8|9|10) \(epoch 2\); the checkpoint of step 6 is kept/,
  );
  expect(loadCheckpoint(runPaths(run).checkpoint).progress.step).toBe(6);
});

test("a batch larger than the training set is refused before a folder is made", async () => {
  const run = join(folder, "large");
  await expect(train(tinyConfig({ batchSize: 51 }), tinyDataSet(), { run })).rejects.toThrow(
    "config.batchSize 51: more than the 50 training images; use at most that, e.g. 8",
  );
  expect(existsSync(run)).toBe(false);
});
