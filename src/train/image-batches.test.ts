import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import type { Pipeline } from "../augment/index.ts";
import { UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { madeAhead } from "./ahead.ts";
import { imageBatches, threadsFor } from "./image-batches.ts";
import { train } from "./index.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-batches-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { train: images, normalization } = tinyDataSet();
const pipeline: Pipeline = {
  normalization,
  augment: [
    { name: "crop", options: { pad: 2 } },
    { name: "augMix", options: {} },
  ],
  mix: [
    { name: "mixup", options: {} },
    { name: "cutmix", options: {} },
  ],
  labelSmoothing: 0.1,
  seed: 3,
};
const tasks = Array.from({ length: 6 }, (_, step) => ({
  step,
  epoch: step >> 1,
  rows: Int32Array.from({ length: 7 }, (_, i) => (5 * step + i) % 50),
}));

describe("batches made in threads", () => {
  test.each([1, 3])("%i of them: the bytes are those of the main thread", async (threads) => {
    const [here, there] = [imageBatches(images, pipeline, 0), imageBatches(images, pipeline, threads)];
    const made = await Promise.all(tasks.map(there.make));
    await there.close();
    expect(made).toEqual(await Promise.all(tasks.map(here.make)));
  });

  test("the threads end in the midst of work", async () => {
    const batches = imageBatches(images, pipeline, 2);
    const begun = tasks.map(batches.make);
    await batches.close();
    expect((await Promise.allSettled(begun)).map(({ status }) => status)).toEqual(tasks.map(() => "fulfilled"));
  });

  test("a user's mistake that a thread finds is the user's error", async () => {
    const batches = imageBatches(images, { ...pipeline, normalization: { mean: [0], std: [1] } }, 1);
    const error = await batches.make(tasks[0]).catch((e) => e);
    await batches.close();
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/3 channels, the normalization 1/);
  });

  test("a run is continued with another number of them", async () => {
    const config = tinyConfig({ method: { name: "anchored", maskProbability: 0.5, referenceCount: 3 } });
    const weights = (run: string) => {
      const { params } = loadCheckpoint(runPaths(run).checkpoint);
      const hash = createHash("sha256");
      for (const { data } of Object.values(params)) hash.update(data as Uint8Array);
      return hash.digest("hex");
    };
    const [once, twice] = [join(folder, "once"), join(folder, "twice")];
    await train(config, tinyDataSet(), { run: once, workers: 0 });
    await train(config, tinyDataSet(), { run: twice, workers: 2, maxSteps: 5 });
    await train(config, tinyDataSet(), { run: twice, workers: 1, resume: true });
    expect(weights(twice)).toBe(weights(once));
  });
});

test("pixMix mixes with a folder's pictures; changed ones are not resumed with", async () => {
  const pictures = join(folder, "pictures");
  const write = (background: string) =>
    sharp({ create: { width: 12, height: 12, channels: 3, background } }).toFile(join(pictures, "a.png"));
  mkdirSync(pictures);
  await write("red");
  const augment = [{ name: "pixMix", options: {} }];
  const config = tinyConfig({ augment, mixingPictures: pictures });
  const run = join(folder, "mixed");
  await train(config, tinyDataSet(), { run, maxSteps: 1, workers: 1 });
  expect(readRun(run)).toMatchObject({ config: { mixingPictures: pictures }, mixingPictures: { count: 1 } });
  await train(config, tinyDataSet(), { run, maxSteps: 1, resume: true });
  await write("blue");
  await expect(train(config, tinyDataSet(), { run, resume: true })).rejects.toThrow(
    /the 1 mixing pictures in .* are not the 1 that/,
  );
  expect(() => tinyConfig({ mixingPictures: pictures })).toThrow(/only pixMix/);
});

test("threads are taken where batches cost much beside a step, and there is time to gain", () => {
  const cost = (batchMs: number, stepMs: number, stepsLeft = 1e4, cores = 4) =>
    threadsFor({ batchMs, stepMs, stepsLeft }, cores);
  expect([cost(4, 150), cost(40, 150), cost(100, 150), cost(1000, 150), cost(40, 150, 100)]).toEqual([0, 1, 2, 4, 0]);
});

test("what is made ahead comes in order, no further than asked, and fails in its turn", async () => {
  const begun: number[] = [];
  const make = async (index: number) => {
    begun.push(index);
    if (index === 5) throw new Error("five");
    return index;
  };
  let ahead = 0;
  const next = madeAhead(make, { first: 2, end: 6, ahead: () => ahead });
  expect([await next(), [...begun]]).toEqual([2, [2]]);
  ahead = 2;
  expect([await next(), [...begun]]).toEqual([3, [2, 3, 4, 5]]);
  expect(await next()).toBe(4);
  await expect(next()).rejects.toThrow("five");
  expect(next).toThrow(RangeError);
});
