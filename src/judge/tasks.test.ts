import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { commonTask, resolveConfig, runTask } from "../run/index.ts";
import { trainRun } from "../train/index.ts";
import { tinyConfig, tinyDataSet, untrainedRun } from "../train/testing.ts";
import { judgeByTask } from "./tasks.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-judge-tasks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const [numbers, classes] = [join(folder, "numbers"), join(folder, "classes")];

test("runs are judged by their own task; those of several are refused", async () => {
  const data = { name: "functions", function: "sine" } as const;
  const config = resolveConfig({ data, task: { name: "regression" }, epochs: 1, threads: 1 });
  await trainRun(numbers, config, { maxSteps: 1 });
  untrainedRun(classes, tinyConfig(), tinyDataSet());
  expect([numbers, classes, folder].map(runTask)).toEqual(["regression", "classification", undefined]);
  expect(commonTask([numbers, numbers])).toBe("regression");
  expect(await judgeByTask([numbers], { threads: 1 })).toMatchObject([{ version: 2, task: "regression" }]);
  const mixed = judgeByTask([numbers, classes]);
  await expect(mixed).rejects.toThrow(UserError);
  await expect(mixed).rejects.toThrow(`${numbers} is a regression, ${classes} a classification`);
});
