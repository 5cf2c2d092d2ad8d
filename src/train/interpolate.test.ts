import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { interpolateRuns, loadPredictor, train } from "./index.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-between-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const config = tinyConfig({ model: "mlp", method: { name: "anchored", referenceCount: 3 }, averageDecay: 0.5 });
const data = tinyDataSet();

test("points of the line, whose ends are the runs; validation chooses; what is there is kept", async () => {
  const [before, tuned] = [at("before"), at("tuned")];
  untrainedRun(before, config, data);
  await train({ ...config, init: before, epochs: 3 }, data, { run: tuned });
  const { points, chosen } = await interpolateRuns(before, tuned, data, { out: at("between"), at: [0, 0.25, 1] });
  expect(points.map(({ at, run }) => [at, run])).toEqual(
    [0, 0.25, 1].map((at) => [at, join(folder, "between", `at-${at}`)]),
  );
  const [a, b] = [before, tuned].map((run) => loadCheckpoint(runPaths(run).checkpoint).average!.params);
  const [start, middle, end] = points.map(({ run }) => loadCheckpoint(runPaths(run).checkpoint).params);
  expect(start).toEqual(a);
  expect(end).toEqual(b);
  for (const [name, { data }] of Object.entries(middle))
    for (const [i, value] of data.entries())
      expect(value).toBeCloseTo(0.75 * a[name].data[i] + 0.25 * b[name].data[i], 6);
  expect(readRun(points[1].run).interpolated).toEqual({ from: before, to: tuned, at: 0.25 });
  expect(chosen).toBe(
    points.reduce((best, point) => (point.validationAccuracy! > best.validationAccuracy! ? point : best)),
  );
  expect(chosen.validationAccuracy).toBeGreaterThan(points[0].validationAccuracy!);

  const predictors = await Promise.all([tuned, points[2].run].map((run) => loadPredictor(run)));
  const [whole, same] = await Promise.all(predictors.map((predictor) => predictor.predict(data.test)));
  expect(same.logits).toEqual(whole.logits);
  for (const predictor of predictors) await predictor.dispose();
  expect(await interpolateRuns(before, tuned, data, { out: at("between"), at: [0, 0.25, 1] })).toEqual({
    points,
    chosen,
  });
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "another network",
    async () => {
      untrainedRun(at("standard"), tinyConfig({ model: "mlp" }), data);
      return interpolateRuns(at("standard"), at("before"), data, { out: at("none") });
    },
    /standard and .*before: shapes\.fc1\.weight is "\[128,192\]" in the first and "\[128,384\]" in the second; only weights of one network/,
  ],
  [
    "a folder that holds another point",
    () => interpolateRuns(at("tuned"), at("before"), data, { out: at("between"), at: [0.25] }),
    /options\.out .*at-0\.25: it holds another run; choose another folder/,
  ],
  [
    "no number",
    () => interpolateRuns(at("before"), at("tuned"), data, { out: at("none"), at: [Number.NaN] }),
    /options\.at NaN: numbers between the two runs/,
  ],
])("%s is refused in one line", async (_, work, message) => {
  await expect(work()).rejects.toThrow(message);
});
