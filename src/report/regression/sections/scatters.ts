import { scatter } from "../../figures/index.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { regressionValues } from "../measures.ts";
import { shown, shownMean } from "../numbers.ts";
import { type RegressionStudy, setOf, targetIn } from "../study.ts";
import { SHOWN_TARGETS } from "./errors.ts";

/** Predicted against true values, arm by arm. */
export async function scatters(study: RegressionStudy): Promise<Html> {
  const parts: Html[] = [];
  let barred = false;
  for (const set of study.sets)
    for (const target of study.targets.slice(0, SHOWN_TARGETS)) {
      const panels: Html[] = [];
      for (const arm of study.arms) {
        const run = arm.runs.find((one) => setOf(one, set));
        const points = run && setOf(run, set)?.points[targetIn(run, target)];
        if (!run || !points) continue;
        barred ||= points.standardDeviation !== undefined;
        const of = (metric: "rmse" | "r2") => meanOf(regressionValues(arm, { set, target, metric }));
        const [rmse, r2] = [of("rmse"), of("r2")];
        const numbers = [rmse && `RMSE ${shownMean(rmse, "target")}`, r2 && `R² ${shownMean(r2, "")}`];
        const svg = await scatter(
          points.target.map((value, i) => ({
            target: value,
            mean: points.mean[i],
            standardDeviation: points.standardDeviation?.[i],
          })),
          {
            color: arm.color,
            target,
            label: `${arm.name}, ${set.set}: predicted against true ${target}, ${points.target.length} examples. RMSE ${rmse ? shown(rmse.mean, "target") : "unknown"}.`,
          },
          `scatter${parts.length}-${panels.length}`,
        );
        panels.push(
          html`<div class="panel"><h3>${arm.name}</h3><p>${numbers.filter(Boolean).join(", ")}</p>${svg}</div>`,
        );
      }
      const title = study.targets.length > 1 ? `${set.set}, ${target}` : set.set;
      if (panels.length > 0) parts.push(html`<h3>${title}</h3><div class="grid">${panels}</div>`);
    }
  return html`<figure>${parts}
<figcaption>On the diagonal a prediction is right. Some of the examples, the same for all arms; of several seeds, the first.${
    barred ? " An upright bar reaches one predicted standard deviation to both sides; it may end at the edge." : ""
  }</figcaption></figure>`;
}
