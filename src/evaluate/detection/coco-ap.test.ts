import { describe, expect, test } from "vitest";
import { cocoFigures, cocoMatches } from "./coco-ap.ts";
import { cocoFigureNames } from "./coco-figures.ts";
import { cocoCases, columnsOf } from "./testing.ts";

describe("pycocotools' twelve figures", () => {
  test.each(cocoCases.map((one) => [one.why, one] as const))("%s", (_, one) => {
    const { objects, detections } = columnsOf(one);
    const figures = cocoFigures(cocoMatches(objects, detections));
    for (const [i, name] of cocoFigureNames.entries())
      expect(Math.abs((figures[name] ?? -1) - one.stats[i]), name).toBeLessThan(1e-12);
  });
});
