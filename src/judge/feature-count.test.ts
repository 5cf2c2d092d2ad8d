import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { imageCount } from "../core/index.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "../train/testing.ts";
import { OpenRun } from "./open-run.ts";
import { setsOf } from "./sets-of-run.ts";

const run = mkdtempSync(join(tmpdir(), "anchored-sets-"));
afterAll(() => rmSync(run, { recursive: true }));
const dataSet = tinyDataSet();
untrainedRun(run, tinyConfig(), dataSet);

test.each([
  ["all, where nothing is said", {}, { test: 18, validation: 18, train: 50 }],
  ["so many training and validation images", { featureCount: 7 }, { test: 18, validation: 7, train: 7 }],
  [
    "calibration is judged on all validation images",
    { featureCount: 7, suites: ["clean", "calibration"] as const },
    { test: 18, validation: 18, train: 7 },
  ],
])("features are of %s", async (_, options, expected) => {
  const load = () => Promise.reject(new Error("no other data set is needed"));
  const sets = await setsOf(new OpenRun(run, {}), dataSet, load, { suites: ["clean"], features: true, ...options });
  expect(Object.fromEntries(sets.map(({ role, set }) => [role, imageCount(set)]))).toEqual(expected);
});
