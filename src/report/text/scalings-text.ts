import { percent, textTable } from "../../core/index.ts";
import type { Results } from "../../evaluate/index.ts";
import { calibrationName } from "../calibration-name.ts";

/** A line for each calibration and set; of Venn-Abers also how wide its intervals are. */
export function scalingsText(scalings: NonNullable<Results["scalings"]>): string {
  const hasIntervals = scalings.some(({ intervalWidth }) => intervalWidth !== undefined);
  return textTable([
    ["fitted on validation", "set", "NLL", "Smoothed ECE", ...(hasIntervals ? ["interval width"] : [])],
    ...scalings.map(({ kind, set, metrics: { nll, smoothEce }, intervalWidth }) => [
      ...[calibrationName(kind), set, nll?.toFixed(3) ?? "–", smoothEce === undefined ? "–" : percent(smoothEce)],
      ...(hasIntervals ? [intervalWidth === undefined ? "" : percent(intervalWidth)] : []),
    ]),
  ]);
}
