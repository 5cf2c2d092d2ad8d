import { percent, textTable } from "../../core/index.ts";
import {
  type RegressionMetricName,
  type RegressionResults,
  type RegressionSetResults,
  regressionMetrics,
} from "../../evaluate/index.ts";

const shown: RegressionMetricName[] = [
  "r2",
  "rmse",
  "mae",
  "gaussianNll",
  "coverage90",
  "width90",
  "auseRmse",
  "errorCorrelation",
];
/** Short enough for a terminal. */
const titles: Partial<Record<RegressionMetricName, string>> = {
  coverage90: "in 90 %",
  width90: "width",
  auseRmse: "AUSE",
  errorCorrelation: "rank corr.",
};
const methods = { absolute: "one width", normalised: "σ stretched", cqr: "quantiles (CQR)" } as const;

/** A line for each set, and target where there are several; below it conformal intervals and risk regimes. */
export function regressionText({ run, sets, targets }: RegressionResults): string {
  const name = (set: string, target: number) => (targets.length > 1 ? `${set} ${targets[target].name}` : set);
  const rows = <T>(make: (set: RegressionSetResults, target: number) => T[]): T[] =>
    sets.flatMap((set) => targets.flatMap((_, target) => make(set, target)));
  const parts = [
    textTable([
      [run, "examples", ...shown.map((metric) => titles[metric] ?? regressionMetrics[metric].title)],
      ...rows((set, target) => [
        [
          name(set.set, target),
          String(set.examples),
          ...shown.map((metric) =>
            formatted(set.metrics[metric]?.byTarget[target], regressionMetrics[metric].unit === "%"),
          ),
        ],
      ]),
    ]),
  ];
  const conformal = rows((set, target) =>
    set.conformal.map(({ method, alpha, coverage, meanWidth }) => [
      methods[method],
      name(set.set, target),
      percent(1 - alpha),
      formatted(coverage.byTarget[target], true),
      meanWidth.byTarget[target] === null ? "∞" : formatted(meanWidth.byTarget[target]),
    ]),
  );
  if (conformal.length > 0)
    parts.push(textTable([["conformal intervals", "set", "wanted", "coverage", "mean width"], ...conformal]));
  const regimes = sets.flatMap(({ set, regimes = [] }) =>
    regimes.map((one) => [
      `by percentiles of ${one.cuts === "own" ? "the set" : "validation"}`,
      set,
      ...(["id", "low", "moderate", "high"] as const).map((regime) => formatted(one.meanLoss[regime])),
      formatted(one.falseNegatives, true),
      formatted(one.falsePositives, true),
      formatted(one.confusionLow),
      formatted(one.confusionHigh),
    ]),
  );
  if (regimes.length > 0)
    parts.push(
      textTable([
        ["risk regimes: mean error", "set", "ID", "low", "moderate", "high", "FN", "FP", "C low", "C high"],
        ...regimes,
      ]),
    );
  return parts.join("\n\n");
}

/** Four digits, as a target's unit may be anything. */
const formatted = (value: number | null | undefined, isShare = false): string => {
  if (value === undefined || value === null) return "–";
  if (isShare) return percent(value);
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
};
