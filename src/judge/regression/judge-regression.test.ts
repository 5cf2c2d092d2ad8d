import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../core/index.ts";
import { loadRegressionAnswers, readRegressionResults } from "../../run/index.ts";
import { storedRegressionSets } from "../../run/internal.ts";
import { openedEnsemble } from "./ensemble.ts";
import { judgeRegressionRuns, type OpenedRegression } from "./judge-regression.ts";
import { fakeRun, lineData } from "./testing.ts";

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-judge-"));
});
afterEach(() => rmSync(run, { recursive: true }));

const judge = (opened: OpenedRegression, options: { k?: number; alpha?: number; fresh?: boolean } = {}) =>
  judgeRegressionRuns([run], { openRun: async () => opened, ...options });

const all = ["line/validation", "line/test", "line/tail"];

test("validation, test and shift are predicted; results are written of test and shift", async () => {
  const asked: unknown[] = [];
  const opened = fakeRun({
    anchored: true,
    references: 8,
    onPredict: (...at) => asked.push(at),
    onDispose: () => asked.push("end"),
  });
  const [results] = await judge(opened, { alpha: 0.2 });
  expect(asked).toEqual([...all.map((set) => [set, 8]), "end"]);
  expect(results.sets.map(({ set, role, examples, k }) => [set, role, examples, k])).toEqual([
    ["line/test", "test", 80, 8],
    ["line/tail", "shift", 80, 8],
  ]);
  expect(results.sets[0].metrics.rmse!.mean).toBeCloseTo(0.5, 0);
  expect(results.sets[0].conformal.map(({ method, alpha }) => [method, alpha])).toEqual([
    ["absolute", 0.2],
    ["normalised", 0.2],
  ]);
  expect(results.sets[0].regimes).toHaveLength(2);
  expect(readRegressionResults(run)).toEqual(JSON.parse(JSON.stringify(results)));
  expect(loadRegressionAnswers(run, "line/tail", "shift").targets.values).toEqual(opened.data.shifts[0].targets.data);
});

describe("what is stored is not predicted again", () => {
  const again = async (changes: Parameters<typeof fakeRun>[0], options = {}) => {
    await judge(fakeRun());
    const asked: string[] = [];
    await judge(fakeRun({ onPredict: (set) => asked.push(set), ...changes }), options);
    return asked;
  };

  test("by the same checkpoint: no predictor is opened", async () => {
    const predictor = () => Promise.reject(new Error("opened"));
    expect(await again({ predictor })).toEqual([]);
  });
  test("by other weights", async () => expect(await again({ sha: "d" })).toEqual(all));
  test("under other references", async () => expect(await again({ references: 8 }, { k: 3 })).toEqual(all));
  test("of a run without references, whatever is asked of those that have them", async () =>
    expect(await again({}, { k: 3 })).toEqual([]));
  test("where it is asked to", async () => expect(await again({}, { fresh: true })).toEqual(all));
  test("on a set that has changed, and on no other", async () => {
    const data = lineData();
    const [tail] = data.shifts;
    const shifts = [{ ...tail, targets: { ...tail.targets, data: tail.targets.data.map((value) => value + 1) } }];
    expect(await again({ data: { ...data, shifts } })).toEqual(["line/tail"]);
  });
  test("a set that the data no longer has is dropped", async () => {
    expect(await again({ data: { ...lineData(), shifts: [] } })).toEqual([]);
    expect(storedRegressionSets(run).map(({ set }) => set)).toEqual(["line/validation", "line/test"]);
    expect(readRegressionResults(run).sets).toHaveLength(1);
  });
});

test("a stopped run continues where it was", async () => {
  const stop = new AbortController();
  const stopped = fakeRun({ onPredict: (set) => set === "line/test" && stop.abort(new Error("stopped")) });
  const judging = judgeRegressionRuns([run], { openRun: async () => stopped, signal: stop.signal });
  await expect(judging).rejects.toThrow("stopped");
  expect(existsSync(join(run, "results.json"))).toBe(false);
  const asked: string[] = [];
  await judge(fakeRun({ onPredict: (set) => asked.push(set) }));
  expect(asked).toEqual(["line/test", "line/tail"]);
});

test("progress and notices reach who listens", async () => {
  const heard: unknown[] = [];
  await judgeRegressionRuns([run], {
    openRun: async () => fakeRun({ data: { ...lineData(), validation: { ...lineData().validation, count: 0 } } }),
    onProgress: (at) => heard.push(at && `${at.label}: ${at.done} ${at.unit}`),
    onNotice: (line) => heard.push(line.replace(run, "RUN")),
  });
  expect(heard).toEqual([
    "predicting line/test: 80 examples",
    "predicting line/tail: 80 examples",
    undefined,
    expect.stringMatching(/^RUN: No validation examples/),
  ]);
});

test("answers that are no numbers end in one line", async () => {
  await expect(judge(fakeRun({ bias: Number.NaN }))).rejects.toThrow(UserError);
  await expect(judge(fakeRun({ bias: Number.NaN }))).rejects.toThrow(
    /line\/validation: mean of example 0, target "y" is NaN/,
  );
});

describe("a deep ensemble is judged as a run", () => {
  const members = (changes: Parameters<typeof fakeRun>[0] = {}) =>
    new Map([
      ["runs/a", fakeRun({ bias: 1, sha: "a" })],
      ["runs/b", fakeRun({ bias: -1, sha: "b", facts: { seed: 2 }, ...changes })],
    ]);

  test("its mean, its spread, its members and their time", async () => {
    const [results] = await judge(openedEnsemble(members()));
    expect(results).toMatchObject({
      method: "ensemble of 2 standard",
      members: ["runs/a", "runs/b"],
      training: { seconds: 20 },
    });
    expect(results.seed).toBeUndefined();
    const { mean, standardDeviation } = loadRegressionAnswers(run, "line/test", "test");
    const { inputs } = lineData().test as { inputs: { data: Float64Array } };
    for (const [i, value] of mean.entries()) {
      expect(value).toBeCloseTo(3 * inputs.data[i], 12);
      // Of means 1 and −1 around it: √(2 / 1).
      expect(standardDeviation![i]).toBeCloseTo(Math.SQRT2, 12);
    }
  });

  test("other members are another ensemble", () => {
    expect(openedEnsemble(members()).checkpointSha256).not.toBe(openedEnsemble(members({ sha: "x" })).checkpointSha256);
  });

  test("a member that cannot be opened closes the others", async () => {
    let closed = 0;
    const broken = fakeRun({ sha: "x", predictor: () => Promise.reject(new UserError("no checkpoint")) });
    const opened = openedEnsemble(
      new Map([
        ["a", fakeRun({ onDispose: () => closed++ })],
        ["b", broken],
      ]),
    );
    await expect(opened.predictor()).rejects.toThrow("no checkpoint");
    expect(closed).toBe(1);
  });

  test.each<[string, () => ReadonlyMap<string, OpenedRegression>, RegExp]>([
    ["one run", () => new Map([["a", fakeRun()]]), /ensemble of a: at least 2/],
    ["the same weights twice", () => members({ sha: "a" }), /runs\/b has the weights of runs\/a/],
    ["another model", () => members({ facts: { settings: { model: "wide" } } }), /other settings than runs\/a/],
    ["another split", () => members({ data: lineData(70) }), /other validation, test or shift examples than runs\/a/],
    [
      "another target",
      () => members({ facts: { targets: [{ name: "z", standardDeviation: 1 }] } }),
      /other targets than runs\/a/,
    ],
  ])("refused: %s", (_, make, message) => {
    expect(() => openedEnsemble(make())).toThrow(UserError);
    expect(() => openedEnsemble(make())).toThrow(message);
  });
});
