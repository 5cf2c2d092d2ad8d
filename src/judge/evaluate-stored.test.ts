import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { type ConformalSettings, conformal } from "../evaluate/index.ts";
import { readResults, savePredictions } from "../run/index.ts";
import { readRunLog, readRunSettings } from "../run/internal.ts";
import { evaluateStored } from "./evaluate-stored.ts";

let run: string;
const config = {
  config: {
    data: { name: "toy" },
    model: "resnet20",
    method: { name: "anchored", maskProbability: 0.25, maskTarget: "label" },
    seed: 3,
    threads: 2,
    epochs: 2,
    optimizer: { name: "sgd", momentum: 0.9 },
    augment: [
      { name: "crop", options: { pad: 4 } },
      { name: "flip", options: {} },
    ],
  },
  data: { name: "toy", title: "Toy (made up)", classNames: ["a", "b"] },
};
const log = [
  { event: "step", epoch: 0, step: 10, loss: 2, accuracy: 0.2, learningRate: 0.1, imagesPerSecond: 90, seconds: 4 },
  { event: "step", epoch: 0, step: 10, loss: 1.5, accuracy: 0.3, learningRate: 0.1, imagesPerSecond: 100, seconds: 5 },
  {
    event: "epoch",
    epoch: 0,
    step: 20,
    loss: 1,
    accuracy: 0.5,
    validationAccuracy: 0.6,
    validationLoss: 1,
    seconds: 9,
  },
  { event: "epoch", epoch: 1, step: 40, loss: 0.9, accuracy: 0.6, validationAccuracy: null, seconds: 19 },
];
const writeLog = (text = log.map((line) => `${JSON.stringify(line)}\n`).join("")) =>
  writeFileSync(join(run, "metrics.jsonl"), text);

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "anchored-run-"));
  writeFileSync(join(run, "config.json"), JSON.stringify(config));
  writeLog();
  const labels = Int32Array.of(0, 1);
  const uncertainty = Float32Array.of(0.1, 0.1, 0.2, 0.2);
  savePredictions(
    run,
    { set: "toy/test", logits: Float32Array.of(4, 0, 0, 3), uncertainty, labels, classes: 2 },
    { role: "test" },
  );
  savePredictions(
    run,
    { set: "toy/shift", logits: Float32Array.of(4, 0, 3, 0), labels, classes: 2 },
    { role: "shift" },
  );
  savePredictions(
    run,
    {
      set: "other",
      logits: Float32Array.of(1, 0, 0, 3.5),
      uncertainty: Float32Array.of(0.3, 0.3, 0.2, 0.2),
      labels,
      classes: 2,
    },
    { role: "ood" },
  );
});
afterEach(() => rmSync(run, { recursive: true }));

test("what the run's seed decides is no setting; the data's seed, which splits them, is one", () => {
  const settingsOf = (changes: object) => {
    writeFileSync(join(run, "config.json"), JSON.stringify({ ...config, config: { ...config.config, ...changes } }));
    return readRunSettings(run).settings;
  };
  const split = (seed: number) => ({ data: { name: "toy", seed } });
  expect(settingsOf({ ...split(0), seed: 1, threads: 2, logEvery: 5 })).toEqual(settingsOf(split(0)));
  expect(settingsOf(split(0))["data.seed"]).toBe(0);
  expect(settingsOf(split(1))).toEqual({ ...settingsOf(split(0)), "data.seed": 1 });
});

test("results from the stored predictions, written and read back", () => {
  const results = evaluateStored(run, { command: "anchored quickstart", parameters: 272_000, date: new Date(0) });
  expect(readResults(run)).toEqual(JSON.parse(JSON.stringify(results)));
  expect(results).toMatchObject({
    data: { name: "toy", title: "Toy (made up)" },
    model: "resnet20",
    method: "anchored",
    maskProbability: 0.25,
    maskTarget: "label",
    seed: 3,
    parameters: 272_000,
    date: "1970-01-01T00:00:00.000Z",
    command: "anchored quickstart",
    training: { epochs: 2, steps: 40, seconds: 19, imagesPerSecond: 100 },
  });
  expect(results.settings).toEqual({
    "data.name": "toy",
    model: "resnet20",
    "method.name": "anchored",
    "method.maskProbability": 0.25,
    "method.maskTarget": "label",
    epochs: 2,
    "optimizer.name": "sgd",
    "optimizer.momentum": 0.9,
    augment: "crop(pad 4), flip",
  });
  expect(results.sets.map(({ set, role, metrics }) => [set, role, metrics.accuracy])).toEqual([
    ["toy/test", "test", 1],
    ["toy/shift", "shift", 0.5],
  ]);
  // Confidences .982 and .953 against .731 and .971: three of four pairs; std .1 and .2 against .3 and .2: 3½ of 4.
  expect(results.ood.map(({ score, auroc }) => [score, auroc])).toEqual([
    ["max-softmax", 0.75],
    ["max-logit", 0.75],
    ["energy", 0.75],
    ["entropy", 0.75],
    ["reference-std", 0.875],
  ]);
  expect(results.ood[0].histogram.id.reduce((a, b) => a + b)).toBe(2);
});

test("a step logged again by a resumed run counts once; a last line cut off in mid-write is left out", () => {
  writeLog(`${log.map((line) => JSON.stringify(line)).join("\n")}\n{"event":"st`);
  expect(readRunLog(run).map(({ loss }) => loss)).toEqual([1.5, 1, 0.9]);
});

test.each([
  ["metrics.jsonl", () => writeLog('{"event":"step"}\n{oops\n'), "metrics.jsonl line 2: not valid JSON"],
  ["metrics.jsonl", () => writeLog('{"event":"step","loss":"low"}\n'), "metrics.jsonl line 1: loss: "],
  ["metrics.jsonl", () => rmSync(join(run, "metrics.jsonl")), "metrics.jsonl is missing; train the run first"],
  ["config.json", () => rmSync(join(run, "config.json")), "config.json is missing; is this a run folder?"],
  ["config.json", () => writeFileSync(join(run, "config.json"), '{"model":"x"}'), "config.json: config: "],
  ["predictions", () => rmSync(join(run, "predictions"), { recursive: true }), "no stored predictions on a test set"],
])("one clear line for a damaged %s", (_, damage, message) => {
  damage();
  expect(() => evaluateStored(run)).toThrow(UserError);
  expect(() => evaluateStored(run)).toThrow(message);
});

test("results.json that is missing, old, newer or of another shape", () => {
  expect(() => readResults(run)).toThrow("evaluate the run first");
  const { task: _, ...results } = evaluateStored(run);
  const { version, sets } = results;
  const write = (changes: object) =>
    writeFileSync(join(run, "results.json"), JSON.stringify({ ...results, ...changes }));
  write({ version: 1 });
  expect(readResults(run)).toMatchObject({ version, task: "classification", date: expect.any(String) });
  expect(readResults(run).sets).toHaveLength(sets.length);
  write({ version: undefined });
  expect(readResults(run)).toMatchObject({ version, task: "classification" });
  for (const [changes, message] of [
    [{ version: 9 }, /results\.json: version 9, and this program reads up to 2; install a newer .*, or evaluate/],
    [{ task: "regression" }, /results\.json: it is of a regression, not of a classification; evaluate the run again/],
    [{ task: "dancing" }, "results.json: task: "],
    [{ version: "two" }, "results.json: version: "],
    [{ sets: 1 }, "results.json: sets: "],
  ] as const) {
    write(changes);
    expect(() => readResults(run)).toThrow(UserError);
    expect(() => readResults(run)).toThrow(message);
  }
});

test("progress tells of each step, and a signal stops between two", () => {
  const told: string[] = [];
  evaluateStored(run, { onProgress: (at) => told.push(at ? `${at.label} ${at.done}/${at.total} ${at.unit}` : "end") });
  const steps = Number(told[0].match(/^judging 0\/(\d+) steps$/)?.[1]);
  expect(steps).toBeGreaterThan(2);
  expect(told.at(-2)).toBe(`judging ${steps}/${steps} steps`);
  expect(told.at(-1)).toBe("end");
  expect(() => evaluateStored(run, { signal: AbortSignal.abort(new Error("enough")) })).toThrow("enough");
});

test("conformal sets promise what is asked, by the parameters that are given", () => {
  const conformalOf = (settings?: ConformalSettings) => evaluateStored(run, { conformal: settings });
  expect(conformalOf({ alpha: 0.2 }).notices).toContainEqual(expect.stringMatching(/no conformal sets .* calibration/));
  const rows = Array.from({ length: 60 }, (_, row) => [Math.sin(row), Math.cos(3 * row), Math.sin(7 * row)]);
  // Errors enough, so that the fitted temperature is finite.
  const validation = {
    ...{ set: "toy/validation", classes: 3, logits: Float32Array.from(rows.flat()) },
    labels: Int32Array.from(rows, (row, i) => (i % 3 === 0 ? 0 : row.indexOf(Math.max(...row)))),
  };
  const test = { ...validation, set: "toy/test" };
  savePredictions(run, validation, { role: "validation" });
  savePredictions(run, test, { role: "test" });
  savePredictions(run, { ...test, set: "toy/shift" }, { role: "shift" });
  savePredictions(run, { ...test, set: "other" }, { role: "ood" });
  const parameters = { penalty: 0.3, freeRanks: 1 };
  const { conformal: told = [], scalings = [], notices } = conformalOf({ alpha: 0.2, RAPS: parameters });
  expect(notices ?? []).toEqual([]);
  const temperature = scalings.find(({ kind }) => kind === "temperature")!.temperature!;
  const scaled = (set: typeof test) => ({ ...set, logits: set.logits.map((logit) => logit / temperature) });
  const found = told.find(({ method, set, conditional }) => method === "RAPS" && set === "toy/test" && !conditional)!;
  const expected = conformal(scaled(validation), scaled(test), { method: "RAPS", alpha: 0.2, parameters });
  expect(found).toMatchObject({ alpha: 0.2, parameters });
  expect(found.meanSize).toBeCloseTo(expected.meanSize, 6);
  expect(told.find(({ method }) => method === "SAPS")).toMatchObject({ alpha: 0.2, parameters: { penalty: 0.2 } });
  const refusal = (settings: object) => () => conformalOf(settings);
  expect(refusal({ RAPS: { penalty: -1 } })).toThrow(/parameters\.penalty -1 of RAPS/);
  expect(refusal({ alpha: 1 })).toThrow(/alpha 1 is outside \(0, 1\)/);
  expect(refusal({ raps: {} })).toThrow(/conformal method.*raps.*LAC, APS, RAPS, SAPS/);
});
