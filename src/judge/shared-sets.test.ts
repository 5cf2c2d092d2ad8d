import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tinyImageFolder } from "../cli/testing.ts";
import { runPaths } from "../files/index.ts";
import { holdLock } from "../files/internal.ts";
import { type RunConfigInput, resolveConfig } from "../run/index.ts";
import { inOneProcess } from "../train/group/in-process.ts";
import { type Group, trainRun } from "../train/index.ts";
import { judgeRunsAsOne } from "./ensemble.ts";
import { judgeRuns } from "./judge-runs.ts";
import { judgeRunsByLaplace } from "./laplace/judge-laplace.ts";
import type { JudgeOptions } from "./options.ts";
import { predictAs } from "./predict-as.ts";
import { judgeByTask } from "./tasks.ts";

vi.mock("./predict-as.ts", async (original) => {
  const real = await original<typeof import("./predict-as.ts")>();
  return { ...real, predictAs: vi.fn(real.predictAs) };
});

const root = mkdtempSync(join(tmpdir(), "anchored-shared-sets-"));
const images = join(root, "images");
const [anchored, dropped, numbers] = ["anchored", "dropped", "numbers"].map((name) => join(root, name));
afterAll(() => rmSync(root, { recursive: true }));

async function trained(run: string, changes: Partial<RunConfigInput>): Promise<void> {
  const data = { name: "folder", folder: images, imageSize: 8 } as RunConfigInput["data"];
  await trainRun(run, resolveConfig({ data, model: "mlp", epochs: 1, batchSize: 4, threads: 1, ...changes }));
}

beforeAll(async () => {
  await tinyImageFolder(images);
  await trained(anchored, { method: { name: "anchored", referenceCount: 2 } });
  await trained(dropped, { seed: 1, dropout: 0.1 });
  const data = { name: "functions", function: "sine" } as const;
  const config = resolveConfig({ data, task: { name: "regression" }, epochs: 1, threads: 1 });
  await trainRun(numbers, config, { maxSteps: 1 });
});

/** All files of a folder that say what was predicted and judged, but for when. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const judged = names.filter((name) => /\.(json|npy|png)$/.test(name));
  const read = (name: string) => readFileSync(join(folder, name), "latin1");
  return Object.fromEntries(
    judged.map((name) => [
      name,
      read(name)
        .replace(/"date": "[^"]*"/, "")
        .replaceAll(folder, ""),
    ]),
  );
}

type Judge = (runs: string[], group: Group) => Promise<unknown>;

let copies = 0;
/** Judges copies of runs by so many ranks: what each rank is told, the files then, and which rank has predicted what. */
async function judgedBy(ranks: number, runs: readonly string[], judge: Judge) {
  const folder = join(root, `copies-${copies++}`);
  const copied = runs.map((run) => join(folder, basename(run)));
  for (const [i, run] of runs.entries()) cpSync(run, copied[i], { recursive: true });
  vi.mocked(predictAs).mockClear();
  const told = await inOneProcess(ranks, (group) => judge(copied, group));
  const calls = vi.mocked(predictAs).mock.calls;
  return {
    told: told.map((results) =>
      JSON.stringify(results)
        .replace(/"date":"[^"]*"/g, "")
        .replaceAll(folder, ""),
    ),
    files: filesOf(folder),
    sets: calls.map(([, set]) => set.name).sort(),
    predictors: new Set(calls.map(([predictor]) => predictor)).size,
  };
}

const foreign = { ood: ["textures", "letters"], oodCount: 6 };
const corrupted = {
  suites: ["clean", "corruptions"],
  corruptions: ["fog", "contrast"],
  severities: [1, 5],
} as const;
const judging =
  (options: JudgeOptions): Judge =>
  (runs, group) =>
    judgeRuns(runs, { threads: 1, ...options, group });

test.each<[string, readonly string[], Judge]>([
  [
    "clean, calibration, shift and foreign sets",
    [anchored],
    judging({ suites: ["clean", "calibration", "shift", "ood"], ...foreign }),
  ],
  ["features and scores", [anchored], judging({ suites: ["clean", "ood"], ...foreign, oodScores: ["default"] })],
  ["corruptions of two runs", [anchored, dropped], judging(corrupted)],
  ["corruptions with scores", [anchored], judging({ ...corrupted, oodScores: ["default"] })],
  ["a reference for each image", [anchored], judging({ suites: ["clean", "calibration"], protocol: "blt" })],
  ["a variant", [dropped], judging({ suites: ["clean", "calibration"], dropoutDraws: 2 })],
  [
    "an ensemble",
    [dropped, anchored],
    async (runs, group) => {
      const options = { threads: 1, suites: ["clean", "ood"], ...foreign, group } as const;
      const { members, ensemble } = await judgeRunsAsOne(runs, join(runs[0], "..", "ensemble"), options);
      return [members, ensemble];
    },
  ],
  [
    "a Laplace approximation",
    [dropped],
    (runs, group) => judgeRunsByLaplace(runs, { threads: 1, suites: ["clean"], laplace: "kronecker", group }),
  ],
])(
  "%s: each set is predicted by one rank, once; files and results are those of one process",
  async (_, runs, judge) => {
    const one = await judgedBy(1, runs, judge);
    const three = await judgedBy(3, runs, judge);
    expect(three.files).toEqual(one.files);
    expect(three.told).toEqual(Array.from({ length: 3 }, () => one.told[0]));
    expect(three.sets).toEqual(one.sets);
    expect(three.predictors).toBeGreaterThan(one.predictors);
  },
);

test("a regression's sets, too", async () => {
  const judge: Judge = (runs, group) => judgeByTask(runs, { threads: 1, group });
  const [one, two] = [await judgedBy(1, [numbers], judge), await judgedBy(2, [numbers], judge)];
  expect(Object.keys(one.files).some((name) => name.endsWith(".npy"))).toBe(true);
  expect(two).toMatchObject({ files: one.files, told: [one.told[0], one.told[0]] });
});

test("what is stored is not predicted again, though another number of ranks asks; --fresh predicts it", async () => {
  const judge = (fresh: boolean) => judging({ suites: ["clean", "calibration"], fresh });
  await inOneProcess(2, (group) => judge(false)([anchored], group));
  expect((await judgedBy(3, [anchored], judge(false))).sets).toEqual([]);
  expect((await judgedBy(2, [anchored], judge(true))).sets).toEqual(["images/test", "images/validation"]);
});

test("all ranks refuse alike: a run that another process judges, a folder that holds none", async () => {
  const held = await holdLock(runPaths(anchored).judging, `judging ${anchored}`);
  const refused = (run: string) =>
    inOneProcess(2, (group) => judging({})([run], group).catch((error: Error) => error.message));
  const why = `rank 0 of 2: process ${process.pid} is judging ${anchored} just now; wait until it has ended, or choose another folder`;
  expect(await refused(anchored)).toEqual([why, why]);
  await held.release();
  const [first, second] = await refused(images);
  expect(first).toContain(`${images} holds no run`);
  expect(second).toBe(first);
});
