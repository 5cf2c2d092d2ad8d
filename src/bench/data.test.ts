import { expect, test } from "vitest";
import { benchData } from "./data.ts";

test("a pipeline is measured beside the step", async () => {
  const rows = await benchData({ pipelines: ["crop+flip", "mixup"], imageSize: 8, workers: 1, seconds: 0.05 });
  expect(rows.map(({ pipeline }) => pipeline)).toEqual(["crop+flip", "mixup"]);
  for (const { imagesPerSecond, stepImagesPerSecond, timesStep } of rows) {
    expect(stepImagesPerSecond).toBeGreaterThan(0);
    expect(timesStep).toBeCloseTo(imagesPerSecond / stepImagesPerSecond, 9);
  }
});
