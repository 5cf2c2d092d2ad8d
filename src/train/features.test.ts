import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { HostArray, imageCount, Random, runPaths, UserError, writeFileAtomic } from "../core/index.ts";
import { relativeError } from "../engine/testing.ts";
import { isHead, type ModelName } from "../models/index.ts";
import { buildNetwork, loadFeatures, loadPredictor, type RunConfigInput, saveCheckpoint } from "./index.ts";
import { loadTrained } from "./predict.ts";
import { referenceSet } from "./reference-set.ts";
import { describeRun } from "./run-record.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-features-"));
afterAll(() => rmSync(root, { recursive: true }));
const dataSet = tinyDataSet();

/** A run folder with fresh weights, as if trained. */
function untrained(name: string, changes: Partial<RunConfigInput>): string {
  const config = tinyConfig(changes);
  const record = describeRun(config, dataSet);
  const { params, state } = buildNetwork(record).model.init(new Random("features"));
  // A bias that is not zero.
  for (const bias of Object.keys(params).filter(isHead))
    if (params[bias].shape.length === 1) params[bias] = HostArray.float32([3], Float32Array.of(0.5, -1, 2));
  const run = join(root, name);
  writeFileAtomic(runPaths(run).config, JSON.stringify(record));
  const references = referenceSet(config, dataSet)?.kept();
  const progress = { step: 0, epochLossSum: 0, epochCorrect: 0, seconds: 0 };
  saveCheckpoint(runPaths(run).checkpoint, { params, state, slots: {}, references, progress });
  return run;
}

test.each<[ModelName, Partial<RunConfigInput>]>([
  ["resnet20", {}],
  ["resnet20", { method: { name: "anchored", referenceCount: 3 } }],
  ["airbench94", {}],
])("%s %j: its classifier is linear in the features", async (model, changes) => {
  const run = untrained(`${model}-${changes.method?.name}`, { model, ...changes });
  const extractor = await loadFeatures(run);
  const predictor = await loadPredictor(run);
  const { params } = loadTrained(run).variables;
  const named = (rank: number) =>
    Object.entries(params).find(([name, { shape }]) => isHead(name) && shape.length === rank);
  const weight = named(2)![1];
  const bias = named(1)?.[1];
  const [classes, size] = weight.shape;
  expect(extractor.size).toBe(size);
  const z = await extractor.features(dataSet.test);
  const { logits } = await predictor.predict(dataSet.test);
  const count = imageCount(dataSet.test);
  expect(z.length).toBe(count * size);
  const linear = Float32Array.from({ length: count * classes }, (_, at) => {
    const [n, k] = [Math.floor(at / classes), at % classes];
    let sum = bias?.data[k] ?? 0;
    for (let d = 0; d < size; d++) sum += weight.data[k * size + d] * z[n * size + d];
    return sum;
  });
  const asArray = (data: Float32Array) => HostArray.float32([count, classes], data);
  expect(relativeError(asArray(linear), asArray(logits))).toBeLessThan(1e-5);
  expect(extractor.references).toBe(changes.method ? 3 : undefined);
  await extractor.dispose();
  await predictor.dispose();
});

test("more references than are kept are refused", async () => {
  const extractor = await loadFeatures(join(root, "resnet20-anchored"), { k: 4 });
  await expect(extractor.features(dataSet.test)).rejects.toThrow(UserError);
  await extractor.dispose();
});
