import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import type { Progress } from "../src/core/index.ts";
import { readNpy } from "../src/files/index.ts";
import { judgeRuns } from "../src/judge/index.ts";
import { loadPredictions, storedSets } from "../src/run/index.ts";
import { featuresFile } from "../src/run/internal.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-judge-features-"));
const [images, run] = [join(root, "images"), join(root, "run")];
beforeAll(async () => {
  await tinyImageFolder(images);
  const method = ["--method", "anchored", "--reference-count", "2"];
  expect((await anchored(["train", ...tinyTraining(images), ...method, "--out", run])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

test("features lie beside the logits of every set and of the training images, and are not predicted twice", async () => {
  await judgeRuns([run], { suites: ["clean"] });
  expect(storedSets(run).map(({ role, features }) => [role, features])).toEqual([["test", undefined]]);
  await judgeRuns([run], { suites: ["clean"], features: true });
  const stored = storedSets(run);
  expect(stored.map(({ role }) => role)).toEqual(["test", "validation", "train"]);
  for (const entry of stored) {
    const { shape } = readNpy(featuresFile(run, entry)!, "f4");
    expect(shape).toEqual([entry.images, 64]);
    expect(loadPredictions(run, entry.set, undefined, entry.role).labels.length).toBe(entry.images);
  }
  const keys = stored.map(({ inputKey }) => inputKey);
  const predicted: string[] = [];
  const onProgress = (at?: Progress) => {
    if (at) predicted.push(at.label);
  };
  await judgeRuns([run], { suites: ["clean"], features: true, onProgress });
  expect(predicted.filter((label) => label.startsWith("predicting"))).toEqual([]);
  expect(storedSets(run).map(({ inputKey }) => inputKey)).toEqual(keys);
  expect(existsSync(join(run, "results.json"))).toBe(true);
});
