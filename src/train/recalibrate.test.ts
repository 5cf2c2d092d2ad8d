import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostArray, type HostArrays } from "../core/index.ts";
import { compile } from "../engine/index.ts";
import { runPaths } from "../files/index.ts";
import type { Arrays } from "../models/index.ts";
import { loadCheckpoint, type RunConfigInput, readRun } from "../run/index.ts";
import { trainBatches } from "./batches.ts";
import { loadPredictor, recalibrate, train } from "./index.ts";
import { buildNetwork, statisticsDrift } from "./internal.ts";
import { referenceSet } from "./reference-set.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-recalibrate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const masked = (maskStatistics: "ordinary" | "all", changes: Partial<RunConfigInput> = {}) =>
  tinyConfig({ method: { name: "anchored", maskProbability: 0.5, referenceCount: 3, maskStatistics }, ...changes });
const trained = async (name: string, config: ReturnType<typeof tinyConfig>, maxSteps?: number) => {
  const run = join(folder, name);
  await train(config, tinyDataSet(), { run, maxSteps });
  return run;
};
const checkpointOf = (run: string) => loadCheckpoint(runPaths(run).checkpoint);
const values = (array: HostArray) => Array.from(array.data as Float32Array);

describe("masked batches and BatchNorm", () => {
  let all: string;
  let ordinary: string;
  beforeAll(async () => {
    all = await trained("all", masked("all"));
    ordinary = await trained("ordinary", masked("ordinary"));
  });

  test("running statistics touch neither weights nor loss: both ways train the same network", () => {
    expect(checkpointOf(ordinary).params).toEqual(checkpointOf(all).params);
    expect(checkpointOf(ordinary).slots).toEqual(checkpointOf(all).slots);
    expect(checkpointOf(ordinary).state).not.toEqual(checkpointOf(all).state);
  });

  test.each(["ordinary", "all"] as const)("a wholly masked run with %s statistics, by value", async (which) => {
    const config = masked(which, { method: { name: "anchored", maskProbability: 1, maskStatistics: which } });
    const { state } = checkpointOf(await trained(`wholly-${which}`, config, 3));
    const mean = values(state["bn1.running_mean"]);
    const variance = values(state["bn1.running_var"]);
    // What a network starts with: mean 0, variance 1.
    if (which === "ordinary") expect([new Set(mean), new Set(variance)]).toEqual([new Set([0]), new Set([1])]);
    else expect(mean.every((value) => value !== 0)).toBe(true);
  });

  test("a run from before the choice was there is read as the released code's way", () => {
    const record = JSON.parse(readFileSync(runPaths(all).config, "utf8"));
    delete record.config.method.maskStatistics;
    writeFileSync(join(folder, "config.json"), JSON.stringify(record));
    expect(readRun(folder).config.method).toMatchObject({ maskStatistics: "all" });
    expect(readRun(ordinary).config.method).toMatchObject({ maskStatistics: "ordinary" });
  });

  test("recalibrated: the mean over the batches that were seen, and nothing else is moved", async () => {
    const out = join(folder, "all-anew");
    const { before, masked: maskedDrift } = await recalibrate(all, tinyDataSet(), {
      out,
      batches: 4,
      measureMasked: true,
    });
    const [from, to] = [checkpointOf(all), checkpointOf(out)];
    expect({ ...to, state: 0 }).toEqual({ ...from, state: 0 });

    // The same by hand: each of the four batches in training mode from running statistics 0 leaves a tenth of its own.
    const record = readRun(all);
    const config = {
      ...record.config,
      method: { ...record.config.method, maskProbability: 0 },
    } as typeof record.config;
    const dataSet = tinyDataSet();
    const { model, method } = buildNetwork(record);
    const batches = trainBatches(config, dataSet, {
      method: buildNetwork({ ...record, config }).method,
      network: model,
      drawReferencesAt: referenceSet(config, dataSet)!.drawAt,
    });
    const zeros = Object.fromEntries(
      Object.entries(from.state).map(([name, { shape }]) => [name, HostArray.zeros(shape)]),
    );
    const fn = (params: Arrays, state: Arrays, fed: Arrays) =>
      model.apply(params, state, method.input(fed), "train").state;
    const sums = new Map<string, number[]>();
    let program: Awaited<ReturnType<typeof compile>> | undefined;
    for (let step = 0; step < 4; step++) {
      const { rows, shared } = (await batches.at(step)).microBatches[0];
      const fed = { ...rows.inputs, ...shared };
      program ??= await compile(fn as never, [from.params, zeros, fed] as never, { threads: 1 });
      const moved = (await program.run([from.params, zeros, fed] as never)) as unknown as HostArrays;
      for (const [name, array] of Object.entries(moved)) {
        const sum = sums.get(name) ?? values(array).map(() => 0);
        sums.set(
          name,
          values(array).map((value, i) => sum[i] + value),
        );
      }
    }
    await program?.dispose();
    await batches.close();
    for (const [name, sum] of sums)
      sum.forEach((value, i) => {
        const own = values(to.state[name])[i];
        expect(Math.abs(own - (10 * value) / 4), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(own)));
      });

    expect(before).toEqual(statisticsDrift(to.state, from.state));
    expect(before.map(({ layer }) => layer)).toContain("layer1.0.bn1");
    expect(maskedDrift!.find(({ layer }) => layer === "bn1")!.mean).toBeGreaterThan(0.01);
    expect(readRun(out).recalibrated).toEqual({ from: all, batches: 4 });
    const predictor = await loadPredictor(out);
    expect((await predictor.predict(tinyDataSet().test)).logits).toHaveLength(18 * 3);
    await predictor.dispose();
  });

  test("an unfinished run goes on from new statistics to the weights it would have had", async () => {
    const part = await trained("part", masked("ordinary"), 7);
    const out = join(folder, "part-anew");
    await recalibrate(part, tinyDataSet(), { out, batches: 2 });
    await train(masked("ordinary"), tinyDataSet(), { run: out, resume: true });
    expect(checkpointOf(out).params).toEqual(checkpointOf(ordinary).params);
  });

  test.each([
    ["a folder that holds a run", () => recalibrate(all, tinyDataSet(), { out: ordinary }), "it holds a run already"],
    [
      "other training images",
      () => {
        const other = tinyDataSet();
        (other.train.images as Uint8Array)[0] ^= 1;
        return recalibrate(all, other, { out: join(folder, "never") });
      },
      "is not what it was trained on (as many training images, 50, but other pixels, labels or split)",
    ],
  ])("refuses %s", async (_, attempt, why) => {
    await expect(attempt()).rejects.toThrow(why);
  });

  test("refuses a checkpoint of another network", async () => {
    const run = join(folder, "other");
    cpSync(all, run, { recursive: true });
    const record = JSON.parse(readFileSync(runPaths(run).config, "utf8"));
    writeFileSync(runPaths(run).config, JSON.stringify({ ...record, config: { ...record.config, model: "resnet18" } }));
    await expect(recalibrate(run, tinyDataSet(), { out: join(folder, "never") })).rejects.toThrow(
      "it belongs to another model",
    );
  });

  test("refuses a network without BatchNorm", async () => {
    const run = await trained("vit", tinyConfig({ model: "vit-tiny-patch4-depth6", epochs: 1 }), 1);
    await expect(recalibrate(run, tinyDataSet(), { out: join(folder, "never") })).rejects.toThrow("has no BatchNorm");
  });

  test("averaged weights get statistics of their own", async () => {
    const run = await trained("averaged", masked("all", { averageDecay: 0.9 }));
    const out = join(folder, "averaged-anew");
    await recalibrate(run, tinyDataSet(), { out, batches: 2 });
    const { average, state } = checkpointOf(out);
    expect(average!.params).toEqual(checkpointOf(run).average!.params);
    expect(average!.state).not.toEqual(checkpointOf(run).average!.state);
    expect(average!.state).not.toEqual(state);
  });
});

test("drift by hand: in standard deviations, and as a ratio of them", () => {
  const statistics = (mean: number[], variance: number[]) => ({
    "bn.running_mean": HostArray.float32([2], mean),
    "bn.running_var": HostArray.float32([2], variance),
  });
  const [{ layer, mean, deviationRatio }] = statisticsDrift(statistics([0, 1], [4, 1]), statistics([2, 1], [16, 1]));
  expect(layer).toBe("bn");
  expect(mean).toBeCloseTo(Math.sqrt(0.5), 5); // (1 σ, 0 σ)
  expect(deviationRatio).toBeCloseTo(Math.SQRT2, 5); // √(2 · 1)
});
