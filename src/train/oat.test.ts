import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostArray, subset } from "../core/index.ts";
import { relativeError } from "../engine/testing.ts";
import { runPaths } from "../files/index.ts";
import { createMethod } from "../methods/index.ts";
import { readOutputs } from "../methods/internal.ts";
import { loadCheckpoint, readMetrics } from "../run/index.ts";
import { loadPredictor, type Predictor, train } from "./index.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-oat-"));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (name: string) => join(folder, name);
// The published formula can diverge at such rates: its anchor has no lower bound.
const method = { name: "oat", anchor: "code", warmStartEpochs: 0.5 } as const;
const config = tinyConfig({ method });
const { validation, test: set } = tinyDataSet();

describe("a run of OAT", () => {
  let predictor: Predictor;
  beforeAll(async () => {
    await train(config, tinyDataSet(), { run: run("whole") });
    predictor = await loadPredictor(run("whole"), { batchSize: 7 });
  }, 60_000);
  afterAll(() => predictor.dispose());
  const lossAt = (name: string, step: number) =>
    readMetrics(runPaths(run(name)).metrics).find((line) => line.event === "step" && line.step === step)!.loss;

  test("starts with cross-entropy: the losses of a standard run, until it goes over to its own", async () => {
    await train(tinyConfig(), tinyDataSet(), { run: run("standard"), maxSteps: 4 });
    expect(lossAt("whole", 2)).toBeCloseTo(lossAt("standard", 2), 4);
    expect(Math.abs(lossAt("whole", 4) - lossAt("standard", 4))).toBeGreaterThan(0.05);
    const longer = tinyConfig({ method: { ...method, warmStartEpochs: 2 } });
    await expect(train(longer, tinyDataSet(), { run: run("longer") })).rejects.toThrow(
      "method.warmStartEpochs 2: of 2 epochs none is left for oat",
    );
  });

  test("says that parts of a batch have anchors of their own", async () => {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const parts = tinyConfig({ method, accumulate: 2 });
    await train(parts, tinyDataSet(), { run: run("parts"), maxSteps: 1, onNotice });
    expect(notices).toContainEqual(expect.stringContaining("its part of the batch, 4 images and not 8") as string);
    notices.length = 0;
    await train(config, tinyDataSet(), { run: run("undivided"), maxSteps: 1, onNotice });
    expect(notices.join()).not.toContain("part of the batch");
  });

  test("resumes bit for bit, and keeps the anchor of the validation images at its end", async () => {
    await train(config, tinyDataSet(), { run: run("resumed"), maxSteps: 5 });
    const half = await loadPredictor(run("resumed"));
    expect(half.outputAnchor).toBeUndefined();
    await expect(half.predict(set, { predictionBatch: "stored" })).rejects.toThrow("the checkpoint keeps no anchor");
    await half.dispose();
    await train(config, tinyDataSet(), { run: run("resumed"), resume: true });
    const [a, b] = ["whole", "resumed"].map((name) => loadCheckpoint(runPaths(run(name)).checkpoint));
    expect(b.params["fc.weight"]).toEqual(a.params["fc.weight"]);
    expect(b.outputAnchor).toEqual(a.outputAnchor);

    const { anchor } = createMethod(config.method).task.output.reading!;
    const expected = anchor!.host(await predictor.outputs(validation), 3);
    for (const [k, value] of expected.entries()) expect(a.outputAnchor!.data[k]).toBeCloseTo(value, 5);
  });

  test("predicts by batches in a fixed order, or by the stored anchor, then each image by itself", async () => {
    const { output } = createMethod(config.method).task;
    const outputs = await predictor.outputs(set);
    const { logits } = await predictor.predict(set);
    expect(logits).toEqual(readOutputs(output, outputs, 3, { batch: config.batchSize }));
    const five = await predictor.predict(set, { predictionBatch: 5 });
    expect(five.logits).toEqual(readOutputs(output, outputs, 3, { batch: 5 }));
    const stored = await predictor.predict(set, { predictionBatch: "stored" });
    const alone = await predictor.predict(subset(set, [4]), { predictionBatch: "stored" });
    alone.logits.forEach((logit, k) => {
      expect(logit).toBeCloseTo(stored.logits[12 + k], 4);
    });
  });

  test("a method that reads each image by itself refuses prediction batches", async () => {
    const standard = await loadPredictor(run("standard"));
    await expect(standard.predict(set, { predictionBatch: 4 })).rejects.toThrow(
      "options.predictionBatch 4: standard predicts each image by itself",
    );
    await standard.dispose();
  });
});

test("OAT behind tuples: an anchored run with OAT's output trains and is read under each reference", async () => {
  const both = tinyConfig({
    method: { name: "anchored", referenceCount: 2, output: { name: "oat", anchor: "code" } },
    epochs: 1,
  });
  await train(both, tinyDataSet(), { run: run("both") });
  expect(JSON.parse(readFileSync(runPaths(run("both")).config, "utf8")).config.method.output).toEqual({
    name: "oat",
    anchor: "code",
    detachAnchor: false,
    warmStartEpochs: 0,
  });
  const predictor = await loadPredictor(run("both"));
  const { logits, uncertainty } = await predictor.predict(set, { predictionBatch: "stored" });
  const each = await predictor.predictByReference(set, { predictionBatch: "stored" });
  await predictor.dispose();
  expect(each).toHaveLength(2);
  const mean = HostArray.float32(
    [logits.length],
    each[0].map((logit, i) => (logit + each[1][i]) / 2),
  );
  expect(relativeError(HostArray.float32([logits.length], logits), mean)).toBeLessThan(1e-5);
  expect(uncertainty!.some((value) => value > 0)).toBe(true);
});
