import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { HostArray, imageCount, UserError } from "../core/index.ts";
import { relativeError } from "../engine/testing.ts";
import type { ModelName } from "../models/index.ts";
import { classifierOf } from "../models/internal.ts";
import type { RunConfigInput } from "../run/index.ts";
import { loadFeatures, loadPredictor } from "./index.ts";
import { buildNetwork } from "./network.ts";
import { loadRun } from "./predict.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-features-"));
afterAll(() => rmSync(root, { recursive: true }));
const dataSet = tinyDataSet();

test.each<[ModelName, Partial<RunConfigInput>]>([
  ["resnet20", {}],
  ["resnet20", { method: { name: "anchored", referenceCount: 3 } }],
  ["airbench94", {}],
])("%s %j: its classifier is linear in the features", async (model, changes) => {
  const run = join(root, `${model}-${changes.method?.name}`);
  untrainedRun(run, tinyConfig({ model, ...changes }), dataSet);
  const extractor = await loadFeatures(run);
  const predictor = await loadPredictor(run);
  const { record, variables } = loadRun(run);
  const { weight, bias } = classifierOf(buildNetwork(record).model, variables.params);
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
  const both = await predictor.predict(dataSet.test, { features: true });
  expect(relativeError(asArray(both.logits), asArray(logits))).toBeLessThan(1e-5);
  const rows = (data: Float32Array) => HostArray.float32([count, size], data);
  expect(relativeError(rows(both.features!), rows(z))).toBeLessThan(1e-5);
  expect(extractor.references).toBe(changes.method ? 3 : undefined);
  await extractor.dispose();
  await predictor.dispose();
});

test("more references than are kept are refused", async () => {
  const extractor = await loadFeatures(join(root, "resnet20-anchored"), { k: 4 });
  await expect(extractor.features(dataSet.test)).rejects.toThrow(UserError);
  await extractor.dispose();
});
