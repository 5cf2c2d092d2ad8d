import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { detectionEce, localisationAwareEce } from "./box-calibration.ts";
import { optimalLrp } from "./lrp.ts";
import { boxOutcomes } from "./outcomes.ts";
import { cocoCases, columnsOf } from "./testing.ts";
import { vocAp } from "./voc-ap.ts";

type Lrp = Record<"olrp" | "localisation" | "falsePositive" | "falseNegative" | "threshold", number | null>;

/** By the authors' code, or plain NumPy; see make-box-measures.py. */
const measures = JSON.parse(readFileSync(new URL("./fixtures/box-measures.json", import.meta.url), "utf8")) as {
  readonly why: string;
  readonly lrp: { readonly olrp: number; readonly classes: readonly Lrp[] };
  readonly dEce: number;
  readonly laEce: number;
  readonly voc: { readonly elevenPoint: readonly (number | null)[]; readonly allPoint: readonly (number | null)[] };
}[];

const close = (value: number | undefined, to: number | null, what: string) => {
  if (to === null) expect(value, what).toBeUndefined();
  else expect(Math.abs(value! - to), what).toBeLessThan(1e-12);
};

describe.each(measures.map((one, i) => [one.why, one, cocoCases[i]] as const))("%s", (_, expected, given) => {
  const { objects, detections } = columnsOf(given);
  const outcomes = boxOutcomes(objects, detections);

  test("oLRP and its operating thresholds", () => {
    const own = optimalLrp(detections, outcomes)!;
    // Equal scores are kept or cut together; the authors' code may cut between them.
    const scores = new Set(detections.score);
    const hasTies = scores.size < detections.score.length / 2;
    if (hasTies) return expect(own.olrp).toBeGreaterThanOrEqual(expected.lrp.olrp - 1e-12);
    close(own.olrp, expected.lrp.olrp, "mean");
    for (const [k, theirs] of expected.lrp.classes.entries())
      for (const [name, value] of Object.entries(theirs)) close(own.classes[k]?.[name as keyof Lrp], value, name);
  });

  test("D-ECE", () => close(detectionEce(detections, outcomes)?.error, expected.dEce, "error"));

  test("LaECE at IoU 0", () =>
    close(
      localisationAwareEce(detections, boxOutcomes(objects, detections, { threshold: 0 })),
      expected.laEce,
      "error",
    ));

  test("Pascal VOC's AP", () => {
    const own = vocAp(objects, detections)!;
    for (const name of ["elevenPoint", "allPoint"] as const)
      for (const [k, value] of expected.voc[name].entries()) close(own.classes[k]?.[name], value, name);
  });
});
