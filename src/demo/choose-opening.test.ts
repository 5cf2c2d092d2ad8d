import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageAt, subset } from "../core/index.ts";
import { corruptImage, severities } from "../corrupt/index.ts";
import { corruptions } from "../corrupt/internal.ts";
import { softmax } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { classifierOf } from "../models/internal.ts";
import { loadCheckpoint, readRun } from "../run/index.ts";
import { saveCheckpoint } from "../run/internal.ts";
import { loadPredictor } from "../train/index.ts";
import { buildNetwork } from "../train/internal.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "../train/testing.ts";
import { type Answer, chooseOpening, surestMistakeAvoided } from "./choose-opening.ts";

const labels = [0, 0, 1, 1, 2, 2];
const said = (predicted: readonly number[], confidence: readonly number[]): Answer[] =>
  predicted.map((own, row) => ({ predicted: own, confidence: confidence[row] }));
/** Wrong in rows 1, 2, 4 and 5; of rows 2 and 5 it is equally sure. */
const standard = said([0, 1, 0, 1, 0, 1], [0.99, 0.97, 0.8, 0.99, 0.6, 0.8]);

test.each([
  ["the surest mistake where the anchored model is right", [0, 0, 1, 1, 2, 2], 1],
  ["the next one where it shares the surest", [0, 1, 1, 1, 2, 2], 2],
  ["the first of equals", [0, 1, 1, 1, 1, 2], 2],
  ["less sure, if need be", [0, 2, 2, 1, 2, 0], 4],
  ["none where the anchored model is wrong wherever the standard one is", [0, 1, 0, 1, 0, 1], undefined],
  ["none where only the anchored model errs elsewhere", [1, 1, 0, 0, 0, 1], undefined],
])("%s", async (_, predicted, expected) => {
  const anchored = said(predicted, Array(6).fill(0.5));
  const found = await surestMistakeAvoided(labels, standard, async (rows) => rows.map((row) => anchored[row]));
  expect(found?.row).toBe(expected);
});

test.each([
  ["the surest of those that it calls known", [true, false, true, true, false, true], { row: 2, known: true }],
  ["where it calls none known, the surest that it is right about", Array(6).fill(false), { row: 1, known: false }],
])("of an anchored model with a verdict: %s", async (_, known, expected) => {
  const anchored = said(labels, Array(6).fill(0.5)).map((answer, row) => ({ ...answer, known: known[row] }));
  const found = await surestMistakeAvoided(labels, standard, async (rows) => rows.map((row) => anchored[row]));
  expect(found).toEqual(expected);
});

test("asks the anchored model only as far down as it takes", async () => {
  const many = Array<number>(100).fill(0);
  const mistaken = many.map((_, row) => ({ predicted: 1, confidence: 1 - row / 200 }));
  const asked: number[] = [];
  const found = await surestMistakeAvoided(many, mistaken, async (rows) => {
    asked.push(...rows);
    return rows.map((row) => ({ predicted: row < 40 ? 1 : 0, confidence: 1 }));
  });
  expect(found?.row).toBe(40);
  expect(asked.length).toBeLessThan(100);
});

describe("of two runs", () => {
  const root = mkdtempSync(join(tmpdir(), "anchored-opening-"));
  const runs = [join(root, "anchored"), join(root, "standard")].map((run) => ({ run }));
  const entries = [{ anchored: true }, { anchored: false }];
  const { test: set, ...dataSet } = tinyDataSet();
  const samples = subset(set, [0, 1, 2, 3, 4, 5]);
  beforeAll(() => {
    for (const [i, method] of (["anchored", "standard"] as const).entries())
      untrainedRun(runs[i].run, tinyConfig({ method: { name: method }, seed: i + 1 }), { ...dataSet, test: set });
    // Untrained models say the last class, the one of the largest bias: turned round, the first.
    const path = runPaths(runs[1].run).checkpoint;
    const checkpoint = loadCheckpoint(path);
    classifierOf(buildNetwork(readRun(runs[1].run)).model, checkpoint.params).bias!.data.reverse();
    saveCheckpoint(path, checkpoint);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test("it is the surest of all mistakes that the other does not make, by the predictions of anchored predict", async () => {
    const names = corruptions
      .filter(({ suite, name }) => suite === "c" && !["frost", "jpeg_compression"].includes(name))
      .map(({ name }) => name);
    const settings = [...samples.labels.keys()].flatMap((sample) =>
      names.flatMap((corruption) => severities.map((severity) => ({ sample, corruption, severity }))),
    );
    const { height, width, channels } = samples;
    const damaged = await Promise.all(
      settings.map(({ sample, corruption, severity }) => {
        const image = { height, width, channels, data: imageAt(samples, sample) };
        return corruptImage(image, { name: corruption, severity, index: 0 });
      }),
    );
    const labels = Int32Array.from(settings, ({ sample }) => samples.labels[sample]);
    const images = Uint8Array.from(damaged.flatMap(({ data }) => [...data]));
    const [anchored, standard] = await Promise.all(
      runs.map(async ({ run }) => {
        const predictor = await loadPredictor(run, { threads: 1 });
        const { logits, classes } = await predictor.predict({ ...samples, images, labels });
        await predictor.dispose();
        return softmax(logits, classes);
      }),
    );
    const sureness = settings.map((_, i) =>
      anchored.predicted[i] === labels[i] && standard.predicted[i] !== labels[i] ? standard.confidence[i] : 0,
    );
    const best = sureness.indexOf(Math.max(...sureness));
    expect(sureness[best]).toBeGreaterThan(0);
    expect(await chooseOpening({ samples, entries, runs, threads: 1 })).toEqual({
      ...settings[best],
      anchored: 0,
      standard: 1,
      tried: { pictures: 6, corruptions: 13 },
    });
  });

  test("there is none without a model of either kind", async () => {
    const alike = [{ anchored: true }, { anchored: true }];
    expect(await chooseOpening({ samples, entries: alike, runs, threads: 1 })).toBeUndefined();
  });
});
