import type { ConformalRegression, RegimeResults, StoredPerTarget } from "../../../evaluate/index.ts";
import { riskRegimes } from "../../../evaluate/internal.ts";
import { dataTable } from "../../copyable.ts";
import { meanOf, percent, unbroken } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { regressionValues } from "../measures.ts";
import { shown } from "../numbers.ts";
import { ofSet, type RegressionArm, type RegressionStudy, type ReportedSet, setTitle, targetIn } from "../study.ts";

const methodWords: Record<ConformalRegression["method"], string> = {
  absolute: "one width",
  normalised: "σ stretched",
  cqr: "quantiles moved",
};

const cell = (values: readonly (number | null | undefined)[], show: (mean: number) => string): string => {
  const known = meanOf(values.map((value) => value ?? undefined));
  return known ? show(known.mean) : "–";
};
const asPercent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** How wide intervals are that keep a promise, beside the model's own. */
export function conformalTables(study: RegressionStudy): Html | undefined {
  const parts = study.sets.flatMap((set) =>
    study.targets.flatMap((target) => conformalTable(study, set, target) ?? []),
  );
  if (parts.length === 0) return undefined;
  return html`<section>${parts}
<p class="note">Split conformal prediction, calibrated on validation examples: on examples of the same kind such intervals hold the promised share, whatever the model. Outside of the training's support nothing promises it, and the coverage tells. “one width”: mean ± a margin; “σ stretched”: mean ± a multiple of the predicted standard deviation; “quantiles moved”: conformalised quantile regression (CQR). At equal coverage a narrower interval is better. Means over seeds; widths in the target's own unit, ∞ where there are too few validation examples.</p></section>`;
}

function conformalTable(study: RegressionStudy, set: ReportedSet, target: string): Html | undefined {
  const found = study.arms.flatMap((arm) => ofSet(arm, set, ({ conformal }) => conformal).flat());
  if (found.length === 0) return undefined;
  const methods = [...new Set(found.map(({ method }) => method))];
  const promised = percent(1 - found[0].alpha);
  const head = [
    "Arm",
    "Gaussian, 90 %: inside",
    "width",
    ...methods.flatMap((method) => [`${methodWords[method]}, ${promised}: inside`, "width"]),
  ];
  const rows = study.arms.map((arm) => [
    arm.name,
    cell(regressionValues(arm, { set, target, metric: "coverage90" }), asPercent),
    cell(regressionValues(arm, { set, target, metric: "width90" }), (width) => shown(width, "target")),
    ...methods.flatMap((method) => conformalCells(arm, set, target, method)),
  ]);
  return html`<h3>${setTitle(set, target, study)}</h3>${dataTable([head.map(unbroken), ...rows], `Conformal intervals, ${set.set}, ${target}`)}`;
}

function conformalCells(
  arm: RegressionArm,
  set: ReportedSet,
  target: string,
  method: ConformalRegression["method"],
): string[] {
  const of = (pick: (one: ConformalRegression) => StoredPerTarget) =>
    ofSet(arm, set, ({ conformal }, run) => {
      const own = conformal.find((one) => one.method === method);
      return own && { value: pick(own).byTarget[targetIn(run, target)] };
    }).map(({ value }) => value);
  const widths = of(({ meanWidth }) => meanWidth);
  return [
    cell(
      of(({ coverage }) => coverage),
      asPercent,
    ),
    widths.includes(null) ? "∞" : cell(widths, (width) => shown(width, "target")),
  ];
}

const regimeTitles = { id: "ID", low: "low risk", moderate: "moderate", high: "high risk" } as const;
const cutsWords = { own: "this set's", validation: "validation's" } as const;

/** PAGER's risk regimes: whether what is called risky is what is wrong. */
export function regimeTables(study: RegressionStudy): Html | undefined {
  const parts = study.sets.flatMap((set) => regimeTable(study, set) ?? []);
  if (parts.length === 0) return undefined;
  return html`<section>${parts}
<p class="note">Each example falls into a regime by its standard deviation over references and by how badly references are predicted with it in their place (Score1); no target of it is needed. Percentiles of this very set are the paper's way; those of validation examples are what a deployed model can use. FN: share of ID and low risk whose error is among the highest fifth; FP: share of moderate and high whose error is among the lowest fifth; C: overlap of neighbouring regimes' errors. Lower is better in all four. Errors are mean absolute ones${
    study.targets.length > 1
      ? ", in standard deviations of each training target, added up"
      : ", in the target's own unit"
  }. Means over seeds. PAGER (Thiagarajan et al., ICML 2024).</p></section>`;
}

function regimeTable(study: RegressionStudy, set: ReportedSet): Html | undefined {
  const rows = study.arms.flatMap((arm) => {
    const found = ofSet(arm, set, ({ regimes }) => regimes).flat();
    return [...new Set(found.map(({ cuts }) => cuts))].map((cuts) => {
      const of = (pick: (one: RegimeResults) => number | null) => found.filter((one) => one.cuts === cuts).map(pick);
      return [
        arm.name,
        cutsWords[cuts],
        ...riskRegimes.map((regime) => {
          const count = cell(
            of(({ counts }) => counts[regime]),
            (mean) => String(Math.round(mean)),
          );
          const error = cell(
            of(({ meanLoss }) => meanLoss[regime]),
            (mean) => shown(mean, "target"),
          );
          return `${error} (${count})`;
        }),
        cell(
          of((one) => one.falseNegatives),
          asPercent,
        ),
        cell(
          of((one) => one.falsePositives),
          asPercent,
        ),
        cell(
          of((one) => one.confusionLow),
          (value) => shown(value, "target"),
        ),
        cell(
          of((one) => one.confusionHigh),
          (value) => shown(value, "target"),
        ),
      ];
    });
  });
  if (rows.length === 0) return undefined;
  const regimes = riskRegimes.map((regime) => `${regimeTitles[regime]}: error (examples)`);
  const head = ["Arm", "Percentiles", ...regimes, "FN ↓", "FP ↓", "C low ↓", "C high ↓"];
  return html`<h3>${set.role === "test" ? "In distribution" : "Under shift"}: ${set.set}</h3>${dataTable([head, ...rows], `Risk regimes, ${set.set}`)}`;
}
