import type { LabelledSetResults, ReliabilityBin } from "../../evaluate/index.ts";
import type { ReportedArm } from "../study.ts";
import { drawSvg } from "../svg.ts";

/** Bins with fewer images than this, over all seeds, say more about chance than about the model. */
export const FEWEST_IMAGES = 10;

/** The same bins over several runs: counts add up, means are weighted by them. */
export function poolBins(runs: readonly (readonly ReliabilityBin[])[]): ReliabilityBin[] {
  return runs[0].map((bin, i) => {
    const count = runs.reduce((sum, bins) => sum + bins[i].count, 0);
    const mean = (key: "meanConfidence" | "accuracy") =>
      count && runs.reduce((sum, bins) => sum + bins[i].count * bins[i][key], 0) / count;
    return { ...bin, count, meanConfidence: mean("meanConfidence"), accuracy: mean("accuracy") };
  });
}

/** Where fewer images are near than this share of an even spread, a smoothed curve has nothing to go by. */
const THINNEST = 0.1;

/** The smoothed curve of an arm's first run, where there are images. */
function smoothCurve(arm: ReportedArm, role: LabelledSetResults["role"]) {
  const smooth = arm.runs[0].results.sets.find((set) => set.role === role)?.smoothReliability;
  if (!smooth) return [];
  return smooth.confidence.flatMap((confidence, i) =>
    smooth.density[i] * smooth.confidence.length < THINNEST
      ? []
      : {
          role,
          confidence: 100 * confidence,
          accuracy: 100 * smooth.accuracy[i],
          lower: 100 * smooth.lower[i],
          upper: 100 * smooth.upper[i],
        },
  );
}

/**
 * One arm: accuracy against confidence on its test set (solid) and under shift (dashed), smoothed with a band for the
 * test set, and in bins.
 */
export function reliability(arm: ReportedArm, id: string) {
  const setsOf = (role: LabelledSetResults["role"]) =>
    arm.runs.flatMap(({ results }) => results.sets.filter((set) => set.role === role).map((set) => set.reliability));
  const values = (["test", "shift"] as const).flatMap((role) => {
    const bins = setsOf(role);
    if (bins.length === 0) return [];
    return poolBins(bins)
      .filter(({ count }) => count >= FEWEST_IMAGES)
      .map((bin) => ({ role, confidence: 100 * bin.meanConfidence, accuracy: 100 * bin.accuracy, count: bin.count }));
  });
  const band = smoothCurve(arm, "test");
  const smoothed = [...band, ...smoothCurve(arm, "shift")];
  const x = {
    field: "confidence",
    type: "quantitative" as const,
    title: "Confidence, %",
    scale: { domain: [0, 100] },
    axis: { values: [0, 25, 50, 75, 100] },
  };
  const y = { ...x, field: "accuracy", title: "Accuracy, %" };
  const roles = { field: "role", type: "nominal" as const, legend: null };
  const domain = ["test", "shift"];
  return drawSvg(
    {
      width: 260,
      height: 240,
      layer: [
        {
          data: {
            values: [
              { confidence: 0, accuracy: 0 },
              { confidence: 100, accuracy: 100 },
            ],
          },
          mark: { type: "line", stroke: "var(--line)", strokeWidth: 1.2 },
          encoding: { x, y },
        },
        ...(band.length
          ? [
              {
                data: { values: band },
                mark: { type: "area" as const, fill: arm.color, fillOpacity: 0.2 },
                encoding: { x, y: { ...y, field: "lower" }, y2: { field: "upper" } },
              },
            ]
          : []),
        {
          data: { values: smoothed.length ? smoothed : values },
          mark: { type: "line", stroke: arm.color, strokeWidth: 1.8 },
          encoding: { x, y, strokeDash: { ...roles, scale: { domain, range: [[], [5, 4]] } } },
        },
        {
          data: { values },
          mark: { type: "point", stroke: arm.color, strokeWidth: 1.6, opacity: 1 },
          encoding: {
            x,
            y,
            shape: { ...roles, scale: { domain, range: ["circle", "square"] } },
            fill: { ...roles, scale: { domain, range: [arm.color, "var(--card)"] } },
            size: {
              field: "count",
              type: "quantitative",
              scale: { type: "sqrt", domainMin: 0, range: [8, 150] },
              legend: null,
            },
          },
        },
      ],
    },
    id,
    `Reliability of ${arm.name}: ${values.map((v) => `${v.role}, confidence ${v.confidence.toFixed(0)} %: accuracy ${v.accuracy.toFixed(0)} %`).join("; ")}.`,
  );
}
