import { oodScoreNames, oodScores } from "../../evaluate/index.ts";
import { copyable, dataTable } from "../copyable.ts";
import { type Line, lines } from "../figures/index.ts";
import { meanOf, withSdOrDash } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedStudy } from "../study.ts";
import { armLegend } from "./legend.ts";

/** What is gained by refusing the images that a model is least sure of. */
export async function riskCoverage(study: ReportedStudy): Promise<Html | undefined> {
  const { arms, sets } = study;
  const panels: Html[] = [];
  const cells = [["set", "arm", "coverage, %", "risk, %"]];
  for (const [s, { set }] of sets.entries()) {
    const all = arms.flatMap(({ name, color, dash, runs }): Line[] => {
      // Curves of several seeds would have to be resampled to be averaged; the first stands for the arm.
      const curve = runs[0].results.sets.find((one) => one.set === set)?.riskCoverage;
      if (!curve) return [];
      const points = curve.coverage.map((coverage, i) => ({ x: 100 * coverage, y: 100 * curve.risk[i] }));
      return [{ name, color, dash, points }];
    });
    if (all.length === 0) continue;
    for (const { name, points } of all)
      for (const { x, y } of points) cells.push([set, name, x.toFixed(2), y.toFixed(2)]);
    const ends = all.map(({ name, points }) => `${name}: ${points.at(-1)!.y.toFixed(1)} % wrong at full coverage`);
    const svg = await lines(
      all,
      {
        xTitle: "Coverage: answered images, %",
        yTitle: "Risk: wrong among them, %",
        xDomain: [0, 100],
        label: `Risk against coverage on ${set}. ${ends.join("; ")}.`,
      },
      `risk-coverage-${s}`,
    );
    panels.push(html`<div class="panel"><h3>${set}</h3>${svg}</div>`);
  }
  if (panels.length === 0) return undefined;
  return html`<figure>${armLegend(arms)}<div class="grid wide">${panels}</div>
${failures(study)}
<figcaption>Images are answered from the most confident on; the further left, the more are handed to a person instead. A lower curve makes fewer mistakes at the same coverage, and AURC, in the comparison, is the area below it; E-AURC takes off what the best order of the same answers would have, and AUGRC counts the wrong answers among all images, so that no early mistake weighs more than a late one. Of several seeds the first is drawn.</figcaption>${copyable(cells)}</figure>`;
}

/** How well each score of doubt tells wrong answers from right ones; worth a table where an arm has more than one. */
function failures({ arms, sets }: ReportedStudy): Html | false {
  const rows = sets.flatMap(({ set }) =>
    oodScoreNames.flatMap((score) => {
      const values = arms.map((arm) =>
        meanOf(
          arm.runs.map(
            ({ results }) =>
              results.sets.find((one) => one.set === set)?.failures?.find((one) => one.score === score)?.auroc,
          ),
        ),
      );
      if (values.every((value) => value === undefined)) return [];
      return [[`${set}, by ${oodScores[score].short}`, ...values.map((value) => withSdOrDash(value, "%"))]];
    }),
  );
  if (rows.length === 0) return false;
  return html`<details><summary>Which doubt tells wrong answers from right ones</summary>${dataTable([["AUROC, %", ...arms.map(({ name }) => name)], ...rows], "Failure prediction")}
<p class="note">The chance that a wrong answer is doubted more than a right one (50 %: blind guess). Of arms that differ in accuracy AUGRC, above, is the fairer measure.</p></details>`;
}
