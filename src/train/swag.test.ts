import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { HostArray, Random } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readMetrics, readRun, type SwagMoments } from "../run/index.ts";
import { loadPredictor, swagSamples, train } from "./index.ts";
import { collected, drawnWeights } from "./swag.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-swag-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const checkpointOf = (run: string) => loadCheckpoint(runPaths(run).checkpoint);

const random = new Random("swag test");
const [SNAPSHOTS, RANK, SIZE] = [7, 3, 4];
// Far from 0, so that squares would cancel.
const weights = Array.from({ length: SNAPSHOTS }, () =>
  Float32Array.from({ length: SIZE }, (_, i) => 10 * i + random.normal()),
);
const moments = weights.reduce<SwagMoments | undefined>(
  (before, data) => collected(before, { w: HostArray.float32([2, 2], data) }, RANK),
  undefined,
)!;
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const column = (i: number, upTo = SNAPSHOTS) => weights.slice(0, upTo).map((own) => own[i]);

test("mean and variance are those of all snapshots, deviations of the last from the mean of their time", () => {
  expect(moments.snapshots).toBe(SNAPSHOTS);
  expect(moments.deviations).toHaveLength(RANK);
  for (let i = 0; i < SIZE; i++) {
    const mean = meanOf(column(i));
    expect(moments.mean.w.data[i]).toBeCloseTo(mean, 4);
    expect(moments.variance.w.data[i]).toBeCloseTo(meanOf(column(i).map((value) => (value - mean) ** 2)), 4);
    for (let r = 0; r < RANK; r++) {
      const n = SNAPSHOTS - RANK + r + 1;
      expect(moments.deviations[r].w.data[i]).toBeCloseTo(weights[n - 1][i] - meanOf(column(i, n)), 4);
    }
  }
});

test("draws have the mean, and ½ (diagonal + low rank) as their covariance", () => {
  const draws = Array.from({ length: 20_000 }, (_, i) => drawnWeights(moments, 0.5, new Random("draw", i)).w.data);
  for (let i = 0; i < SIZE; i++) {
    const mean = meanOf(draws.map((own) => own[i] as number));
    expect(Math.abs(mean - Number(moments.mean.w.data[i]))).toBeLessThan(0.04);
    for (let j = 0; j <= i; j++) {
      const lowRank =
        moments.deviations.reduce((sum, { w }) => sum + Number(w.data[i]) * Number(w.data[j]), 0) / (RANK - 1);
      const expected = 0.5 * (lowRank + (i === j ? Number(moments.variance.w.data[i]) : 0));
      const covariance = meanOf(
        draws.map(
          (own) =>
            (Number(own[i]) - Number(moments.mean.w.data[i])) * (Number(own[j]) - Number(moments.mean.w.data[j])),
        ),
      );
      expect(Math.abs(covariance - expected)).toBeLessThan(0.05);
    }
  }
  expect(drawnWeights(moments, 0.5, new Random("draw", 1)).w.data).toEqual(draws[1]);
  expect(drawnWeights(moments, 0, new Random("draw", 1)).w.data).toEqual(moments.mean.w.data);
});

test("a run collects at the ends of its last epochs, at a constant rate, and resumes bit for bit", async () => {
  const config = tinyConfig({ model: "mlp", epochs: 4, logEvery: 1, swag: { from: 0.5, learningRate: 0.02, rank: 2 } });
  await train(config, tinyDataSet(), { run: at("whole") });
  // In the middle of the collection.
  await train(config, tinyDataSet(), { run: at("resumed"), maxSteps: 20 });
  expect(checkpointOf(at("resumed")).swag?.snapshots).toBe(1);
  await train(config, tinyDataSet(), { run: at("resumed"), resume: true });
  const [whole, resumed] = ["whole", "resumed"].map((name) => checkpointOf(at(name)));
  expect(whole.swag!.snapshots).toBe(2);
  expect(Object.keys(whole.swag!.mean)).toEqual(Object.keys(whole.params));
  expect(resumed.swag).toEqual(whole.swag);
  expect(resumed.params).toEqual(whole.params);
  const rates = readMetrics(runPaths(at("whole")).metrics)
    .filter(({ event, step }) => event === "step" && step > 12)
    .map(({ learningRate }) => learningRate);
  expect(rates).toEqual(Array(12).fill(Math.fround(0.02)));

  const samples = await swagSamples(at("whole"), tinyDataSet(), { out: at("samples"), samples: 2, seed: 3 });
  expect(samples).toEqual([join(at("samples"), "sample-1"), join(at("samples"), "sample-2")]);
  const expected = drawnWeights(whole.swag!, 0.5, new Random("swag sample", 3, 1));
  expect(checkpointOf(samples[1]).params).toEqual(expected);
  expect(checkpointOf(samples[1]).swag).toBeUndefined();
  expect(readRun(samples[1]).sampled).toEqual({ from: at("whole"), sample: 2, seed: 3, scale: 0.5 });
}, 120_000);

test("BatchNorm's statistics are taken anew for each sample", async () => {
  const config = tinyConfig({ epochs: 2, validateEvery: 0, swag: { from: 0 } });
  await train(config, tinyDataSet(), { run: at("norms") });
  const [one, other] = await swagSamples(at("norms"), tinyDataSet(), {
    out: at("norms-samples"),
    samples: 2,
    batches: 3,
  });
  const [own, first, second] = [at("norms"), one, other].map((run) => checkpointOf(run).state["bn1.running_mean"].data);
  expect(first).not.toEqual(own);
  expect(second).not.toEqual(first);
  const predictor = await loadPredictor(one);
  const { logits } = await predictor.predict(tinyDataSet().test);
  await predictor.dispose();
  expect(logits.every(Number.isFinite)).toBe(true);
}, 120_000);

test("refused: too short a collection, a run that collects nothing", async () => {
  expect(() => tinyConfig({ epochs: 3, swag: { from: 0.9 } })).toThrow(
    "swag.from 0.9: of 3 epochs it leaves fewer than 2 to collect weights of",
  );
  await train(tinyConfig({ model: "mlp" }), tinyDataSet(), { run: at("plain"), maxSteps: 1 });
  await expect(swagSamples(at("plain"), tinyDataSet(), { out: at("none") })).rejects.toThrow(
    "it has collected no weights to draw from; train it with swag.from",
  );
});
