import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type HostArrays, UserError } from "../../core/index.ts";
import { runPaths } from "../../files/index.ts";
import { optimizers } from "../../optim/index.ts";
import { loadCheckpoint, type RunConfigInput, readMetrics, readRun } from "../../run/index.ts";
import { type TrainOptions, train } from "../index.ts";
import { tinyConfig, tinyDataSet } from "../testing.ts";
import { inOneProcess } from "./in-process.ts";
import { together } from "./together.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-group-"));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;
const newRun = () => join(folder, `run-${runs++}`);

/** No BatchNorm: what one process sees of a batch is what three see of their thirds. */
const ofImages = { model: "mlp", batchSize: 12, validateEvery: 1 } as const;
const anchored = { name: "anchored", maskProbability: 0.5, referenceCount: 3 } as const;

const trainedBy = (ranks: number, config: Partial<RunConfigInput>, options: Partial<TrainOptions> = {}) => {
  const { run = newRun(), ...others } = options;
  return inOneProcess(ranks, (group) => train(tinyConfig(config), tinyDataSet(), { run, group, ...others })).then(
    (summaries) => ({ run, summaries }),
  );
};
const weightsOf = (run: string) => loadCheckpoint(runPaths(run).checkpoint).params;
const lossesOf = (run: string) => readMetrics(runPaths(run).metrics).map(({ loss }) => loss);

/** Greatest distance of an array's entries, over its greatest entry. */
function farthest(a: HostArrays, b: HostArrays): number {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  return Math.max(
    ...Object.keys(a).map((name) => {
      const [x, y] = [a[name].data, b[name].data];
      const greatest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return greatest(Float32Array.from(x, (value, i) => value - y[i])) / (greatest(Float32Array.from(x)) || 1);
    }),
  );
}

describe.each<[string, Partial<RunConfigInput>]>([
  ["standard", {}],
  ["anchored, masked", { method: anchored }],
  ["anchored, references of the batch", { method: { ...anchored, references: "batch" } }],
  ["masked image by image, mixed", { method: { ...anchored, maskBy: "image" }, mix: [{ name: "mixup", options: {} }] }],
  ["averaged, clipped", { clipNorm: 0.5, averageDecay: 0.9 }],
  ["with micro-batches and dropout", { accumulate: 2, dropout: 0.5 }],
])("%s", (_, changes) => {
  test("two and three ranks train as one does", async () => {
    const config = { ...ofImages, ...changes };
    const [one, two, three] = await Promise.all([1, 2, 3].map((ranks) => trainedBy(ranks, config)));
    for (const { run, summaries } of [two, three]) {
      expect(farthest(weightsOf(one.run), weightsOf(run))).toBeLessThan(1e-5);
      const losses = lossesOf(run);
      for (const [i, loss] of lossesOf(one.run).entries()) expect(losses[i]).toBeCloseTo(loss, 5);
      expect(summaries[1].validationAccuracy).toBe(summaries[0].validationAccuracy);
      expect(summaries[0].validationLoss).toBeCloseTo(one.summaries[0].validationLoss as number, 5);
    }
  });
});

// Of a gradient that is all rounding, an optimizer that divides by its size makes a step as long as any other.
test.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
  "%s: losses of two ranks are those of one",
  async (name) => {
    const config = { ...ofImages, optimizer: { name } } as Partial<RunConfigInput>;
    const [one, two] = await Promise.all([1, 2].map((ranks) => trainedBy(ranks, config)));
    const losses = lossesOf(two.run);
    for (const [i, loss] of lossesOf(one.run).entries()) expect(losses[i]).toBeCloseTo(loss, 4);
  },
);

test("a run goes on with another number of ranks, on the same batches; its record says so", async () => {
  const config = { ...ofImages, method: anchored };
  const whole = await trainedBy(1, config);
  const { run } = await trainedBy(2, config, { maxSteps: 3 });
  const notices: string[] = [];
  await trainedBy(3, config, { run, resume: true, maxSteps: 5, onNotice: (line) => notices.push(line) });
  await trainedBy(1, config, { run, resume: true });
  expect(farthest(weightsOf(whole.run), weightsOf(run))).toBeLessThan(1e-5);
  expect(notices.join()).toContain("goes on with 3 ranks, 2 ranks before");
  expect(readRun(run)).toMatchObject({
    ranksBefore: [
      { untilStep: 3, ranks: 2, threads: 1 },
      { untilStep: 5, ranks: 3, threads: 1 },
    ],
  });
  expect(readRun(run).ranks).toBeUndefined();
});

test("with the same number of ranks it goes on bit for bit, BatchNorm's statistics of each rank's part included", async () => {
  const config = { batchSize: 8, method: anchored };
  const [whole, parts] = await Promise.all([trainedBy(2, config), trainedBy(2, config, { maxSteps: 4 })]);
  await trainedBy(2, config, { run: parts.run, resume: true });
  const [a, b] = [whole, parts].map(({ run }) => loadCheckpoint(runPaths(run).checkpoint));
  expect(b.params).toEqual(a.params);
  expect(b.state).toEqual(a.state);
  expect(readRun(parts.run).ranks).toBe(2);
});

// One step: a unit that two sums in other orders put on either side of 0 gives another gradient, and then another run.
test.each([1, 2])(
  "BatchNorm synchronized, %i micro-batches: two ranks see the statistics of one",
  async (accumulate) => {
    const config = { batchSize: 8, accumulate, syncBatchNorm: true, epochs: 1 };
    const state = async (ranks: number, changes = {}) => {
      const { run } = await trainedBy(ranks, { ...config, ...changes }, { maxSteps: 1 });
      return loadCheckpoint(runPaths(run).checkpoint).state;
    };
    const one = await state(1);
    expect(farthest(one, await state(2))).toBeLessThan(1e-5);
    expect(farthest(one, await state(2, { syncBatchNorm: false }))).toBeGreaterThan(1e-2);
  },
);

test("there must be a BatchNorm to synchronize", async () => {
  const training = train(tinyConfig({ ...ofImages, syncBatchNorm: true }), tinyDataSet(), { run: newRun() });
  await expect(training).rejects.toThrow("config.syncBatchNorm: mlp has no BatchNorm; leave it out");
});

test("any rank's signal stops all of them at the same step", async () => {
  const run = newRun();
  const summaries = await inOneProcess(2, (group) => {
    const controller = new AbortController();
    // Only rank 1's own progress says when: it is asked at every step.
    let steps = 0;
    const onProgress = () => ++steps === 3 && group.rank === 1 && controller.abort();
    return train(tinyConfig(ofImages), tinyDataSet(), { run, group, signal: controller.signal, onProgress });
  });
  expect(summaries.map(({ finished }) => finished)).toEqual([false, false]);
  expect(summaries[0].steps).toBe(summaries[1].steps);
  expect(loadCheckpoint(runPaths(run).checkpoint).progress.step).toBe(summaries[0].steps);
});

describe("all ranks refuse alike", () => {
  const refused = (ranks: number, of: (rank: number) => Parameters<typeof train>) =>
    expect(
      inOneProcess(ranks, async (group) => {
        const [config, dataSet, options] = of(group.rank);
        return train(config, dataSet, { ...options, group }).catch((error: Error) => error.message);
      }),
    ).resolves;

  test("a batch that they cannot share out", async () => {
    const run = newRun();
    const why =
      "config.batchSize 8: 3 ranks cannot share it out evenly; use a multiple of 3, or another number of ranks";
    await refused(3, () => [tinyConfig(), tinyDataSet(), { run }]).toEqual([why, why, why]);
  });

  test("another config, or other data, on one of them", async () => {
    const why =
      "rank 1 of 2: its config.seed is 7, but that of rank 0 is 1; start all ranks with the same version, options and data";
    await refused(2, (rank) => [tinyConfig(rank === 1 ? { seed: 7 } : {}), tinyDataSet(), { run: newRun() }]).toEqual([
      why,
      why,
    ]);
  });

  test("data that one of them does not have", async () => {
    await expect(
      inOneProcess(2, (group) =>
        together(group, () => {
          if (group.rank === 1) throw new UserError("folder photos: no such folder; name another");
          return 7;
        }).catch((error: Error) => `${error.constructor.name} ${error.message}`),
      ),
    ).resolves.toEqual([0, 1].map(() => "GroupError rank 1 of 2: folder photos: no such folder; name another"));
  });

  test("what only rank 0 can know: a folder that holds a run", async () => {
    const { run } = await trainedBy(1, ofImages, { maxSteps: 1 });
    await refused(2, () => [tinyConfig(ofImages), tinyDataSet(), { run }]).toEqual([
      expect.stringMatching(/^rank 0 of 2: .* already holds a run/),
      expect.stringMatching(/^rank 0 of 2: .* already holds a run/),
    ]);
  });
});
