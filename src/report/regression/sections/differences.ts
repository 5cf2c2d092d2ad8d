import { type Standing, standingWords } from "../../contrast.ts";
import { dataTable } from "../../copyable.ts";
import { type IntervalRow, intervals } from "../../figures/index.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { looks } from "../../sections/forest.ts";
import { metricOf, type RegressionMeasure, regressionContrast, regressionValues } from "../measures.ts";
import { shown, shownDifference } from "../numbers.ts";
import { otherRegressionArms, type RegressionStudy, setTitle } from "../study.ts";
import { SHOWN_TARGETS } from "./errors.ts";

/** What the forest shows: the error of the mean, and how honest and how sharp the spread around it is. */
const shownMetrics = ["rmse", "gaussianNll", "auseRmse"] as const;

/** Differences of the key measures from the baseline; `undefined` for a single arm. */
export async function regressionForest(study: RegressionStudy): Promise<Html | undefined> {
  const others = otherRegressionArms(study);
  if (others.length === 0) return undefined;
  const panels: Html[] = [];
  const over = new Set<string>();
  let lacksInterval = false;
  for (const metric of shownMetrics)
    for (const target of study.targets.slice(0, SHOWN_TARGETS))
      for (const set of study.sets) {
        const measure: RegressionMeasure = { set, target, metric };
        const like = baselineValue(study, measure);
        if (like === undefined) continue;
        const rows = others.flatMap((arm): IntervalRow[] => {
          const found = regressionContrast(arm, study.baseline, measure);
          if (!found) return [];
          if (found.over) over.add(found.over);
          lacksInterval ||= !found.interval;
          const { color, hollow, words } = looks[found.standing ?? "unknown"];
          const { difference, interval } = found;
          return [
            {
              name: arm.name,
              detail: `${shownDifference(found, metricOf(measure).unit, like)} ${words}`,
              color,
              hollow,
              value: difference,
              ...(interval && { low: interval[0], high: interval[1] }),
            },
          ];
        });
        if (rows.length === 0) continue;
        const title = `${metricOf(measure).title}. ${setTitle(set, target, study)}`;
        panels.push(
          html`<div class="panel"><h3>${title}</h3>${await intervals(rows, `${title}, minus ${study.baseline.name}`, "difference, further left is better", `forest${panels.length}`)}</div>`,
        );
      }
  if (panels.length === 0) return undefined;
  const compared = others.length === 1 ? others[0].name : "each other arm";
  return html`<figure id="differences"><h2>What ${compared} changes, against ${study.baseline.name}</h2>
<div class="grid">${panels}</div>
<figcaption>Differences, each with its 95 % interval${overText(over)}. A solid mark in blue is better, in orange worse; a hollow one is not distinguishable: its interval holds zero, the dashed line.${
    lacksInterval ? " Where no interval is drawn, one seed an arm allows none." : ""
  } Of twenty such intervals one misses by chance. The axes differ.</figcaption></figure>`;
}

function overText(over: ReadonlySet<string>): string {
  if (over.size > 1)
    return ", over seeds where both arms have several, else over the choice of the examples, which both saw";
  if (over.has("seeds")) return " over seeds of training, paired where the seeds are the same";
  if (over.has("examples"))
    return " over the choice of the examples, which both arms saw; what another seed of training would change comes on top";
  return "";
}

const baselineValue = ({ baseline }: RegressionStudy, measure: RegressionMeasure): number | undefined =>
  meanOf(regressionValues(baseline, measure))?.mean;

/** The same as a table, of every measure that has a difference. */
export function regressionDifferences(study: RegressionStudy): Html | undefined {
  const others = otherRegressionArms(study);
  if (others.length === 0) return undefined;
  const rows = study.sets.flatMap((set) =>
    study.targets.flatMap((target) =>
      (["rmse", "mae", "r2", "gaussianNll", "coverage90", "width90", "auseRmse"] as const).flatMap((metric) => {
        const measure: RegressionMeasure = { set, target, metric };
        const like = baselineValue(study, measure);
        if (like === undefined) return [];
        const { title, unit } = metricOf(measure);
        const cells = others.map((arm) => {
          const found = regressionContrast(arm, study.baseline, measure);
          if (!found) return "–";
          return [shownDifference(found, unit, like), found.standing && words(found.standing)]
            .filter(Boolean)
            .join(" ");
        });
        return [
          [`${setTitle(set, target, study)}: ${title}`, `${shown(like, unit)}${unit === "%" ? " %" : ""}`, ...cells],
        ];
      }),
    ),
  );
  const head = ["Measure", study.baseline.name, ...others.map(({ name }) => `${name}: difference [95 %]`)];
  return html`<section>${dataTable([head, ...rows], "Paired differences")}
<p class="note">95 % intervals over seeds of training where both arms have several (Student's, paired where the seeds are the same, else Welch's); else by bootstrap over the examples, the same for both. An interval that holds zero makes two arms not distinguishable. Of coverage no end is better, it should be 90 %; nor of width, for at equal coverage only is the narrower one better.</p></section>`;
}

const words = (standing: Standing): string => standingWords[standing];
