import { comparePaired } from "../../../evaluate/index.ts";
import { copyable } from "../../copyable.ts";
import { dots } from "../../figures/index.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { intervalOf, type RegressionMeasure, regressionValues } from "../measures.ts";
import { shown, shownMean } from "../numbers.ts";
import { type RegressionArm, type RegressionStudy, setTitle } from "../study.ts";
import { regressionArmsInWords } from "./arms.ts";

/** Targets that the page's first figures show; the tables have all of them. */
export const SHOWN_TARGETS = 3;

/** The page's first figure: the RMSE of every arm on every set, with intervals. */
export async function errors(study: RegressionStudy): Promise<Html> {
  const { arms, sets, targets } = study;
  const panels: Html[] = [];
  const cells: string[][] = [];
  for (const set of sets)
    for (const target of targets.slice(0, SHOWN_TARGETS)) {
      const measure = { set, target, metric: "rmse" } as const;
      const rows = arms.flatMap((arm) => {
        const values = regressionValues(arm, measure);
        if (values.length === 0) return [];
        const ends = whisker(arm, measure);
        cells.push([
          set.set,
          target,
          arm.name,
          shownMean(meanOf(values)!, "target"),
          ...[ends.low, ends.high].map((end) => (end === undefined ? "–" : shown(end, "target"))),
        ]);
        return [{ arm: arm.name, color: arm.color, shape: arm.shape, values, ...ends }];
      });
      if (rows.length === 0) continue;
      const title = setTitle(set, target, study);
      const all = rows.flatMap(({ values }) => values);
      // A hair of a difference should not look like a gulf: the axis spans a tenth of the error at least.
      const narrowest = 0.1 * Math.max(...all);
      const axis = `RMSE of ${target}, further left is better`;
      panels.push(
        html`<div class="panel"><h3>${title}</h3>${await dots(rows, `RMSE, ${title}`, axis, `rmse${panels.length}`, narrowest)}</div>`,
      );
    }
  const hidden =
    targets.length > SHOWN_TARGETS
      ? ` Drawings show the first ${SHOWN_TARGETS} of ${targets.length} targets, the tables below all of them.`
      : "";
  const seeds = Math.max(...arms.map(({ runs }) => runs.length));
  return html`<figure id="errors"><h2>How far predictions are off</h2>
<div class="grid wide">${panels}</div>${regressionArmsInWords(study)}
<figcaption>Root mean square error, in the target's own unit. ${
    seeds > 1
      ? "Each mark is one seed, the upright bar the mean of its arm, the whisker the 95 % interval of that mean over seeds (Student's); of an arm with one run, its 95 % interval over the choice of the examples (bootstrap)."
      : "A whisker is the 95 % interval over the choice of the examples (bootstrap); how far another seed would move a mark, one seed cannot show."
  } Whether two arms differ is for the differences below to say: they are paired. ${standardDeviations(study)} The axes differ, and do not start at zero.${hidden}</figcaption>${copyable(
    [["set", "target", "arm", "RMSE", "low", "high"], ...cells],
  )}</figure>`;
}

/** Of several seeds the interval of their mean; of one run that over the examples. */
export function whisker(arm: RegressionArm, measure: RegressionMeasure): { low?: number; high?: number } {
  const values = regressionValues(arm, measure);
  if (values.length > 1) {
    const { difference, halfWidth = 0 } = comparePaired(
      values,
      values.map(() => 0),
    );
    return { low: difference - halfWidth, high: difference + halfWidth };
  }
  const ends = arm.runs.length === 1 ? intervalOf(arm.runs[0], measure) : undefined;
  return ends ? { low: ends[0], high: ends[1] } : {};
}

/** What an RMSE is to be held against. */
function standardDeviations({ arms, targets }: RegressionStudy): string {
  const found = arms[0].runs[0].results.targets.slice(0, SHOWN_TARGETS);
  const said = found.map(
    ({ name, standardDeviation }) => `${shown(standardDeviation, "target")}${targets.length > 1 ? ` (${name})` : ""}`,
  );
  return `The training targets' standard deviation is ${said.join(", ")}: who always answers their mean is off by about that, where the test targets spread alike.`;
}
