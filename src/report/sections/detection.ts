import { type OodScoreName, oodScoreNames, oodScores } from "../../evaluate/index.ts";
import { dataTable } from "../copyable.ts";
import { type Line, lines, scoreHistograms } from "../figures/index.ts";
import { meanOf, withSdOrDash } from "../format.ts";
import { type Html, html } from "../html.ts";
import { oodMeasure, oodSets, valuesOf, worseThanGuessing } from "../measures.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { number, panel } from "./charts.ts";
import { armLegend, key } from "./legend.ts";

/** The scores that are drawn: one on probabilities, one on logits, one on references, one on members. The table has all. */
const drawnScores: readonly OodScoreName[] = ["max-softmax", "energy", "reference-std", "mutual-information"];

const resultOf = (run: ReportedArm["runs"][number], set: string, score: OodScoreName) =>
  run.results.ood.find((one) => one.set === set && one.score === score);

/** How well foreign images are told from known ones. */
export async function knownAndForeign(study: ReportedStudy): Promise<Html | undefined> {
  const blocks: Html[] = [];
  for (const [s, set] of oodSets(study).entries()) {
    const roc = await rocPanels(study, set, `roc${s}`);
    const histograms: Html[] = [];
    for (const score of drawnScores) {
      const drawn = await scoreHistograms(study.arms, set, score, `ood${s}-${score}`);
      const panels = drawn.map(({ arm, svg }) =>
        panel(arm, `AUROC ${number(arm, oodMeasure(set, score))}${belowGuessing(arm, set, score)}`, svg),
      );
      if (panels.length)
        histograms.push(
          html`<h3>${oodScores[score].title}: known images against ${set}</h3><div class="grid">${panels}</div>`,
        );
    }
    blocks.push(html`<h3>Known images against ${set}</h3>${measures(study, set)}
${roc.length > 0 && html`${armLegend(study.arms)}<div class="grid">${roc}</div>`}
${knownOrForeign()}${histograms}`);
  }
  if (blocks.length === 0) return undefined;
  return html`<figure>${blocks}
<figcaption>A model that knows what it does not know is unsure of images unlike any it was trained for. The less the two shapes overlap, the better the score tells them apart; AUROC is the chance that a random foreign image looks stranger than a random known one (50 %: blind guess, the diagonal). FPR95-in: foreign images that are accepted where 95 % of the known ones are (most papers); FPR95-out: known images that are rejected where 95 % of the foreign ones are found (OpenOOD 1.5). AUPR is average precision; by trapezoid it is OpenOOD’s. Scaled scores divide the logits by a temperature fitted on validation images.</figcaption></figure>`;
}

/** A key of the two shapes of a histogram. */
export const knownOrForeign = (): Html =>
  key([
    { name: "known (the test set)", swatch: `<rect width="28" height="12" fill="currentColor" fill-opacity=".4"/>` },
    {
      name: "foreign",
      swatch: `<path d="M1 12V2H27V12" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="4 2"/>`,
    },
  ]);

/** Said in words where foreign images look more familiar than known ones. */
function belowGuessing(arm: ReportedArm, set: string, score: OodScoreName): string {
  const measure = oodMeasure(set, score);
  const mean = meanOf(valuesOf(arm, measure));
  return mean && worseThanGuessing(measure, mean.mean)
    ? " – below guessing: surer of foreign pictures than of known ones"
    : "";
}

function measures({ arms }: ReportedStudy, set: string): Html {
  const shown = [
    ["AUROC", "auroc"],
    ["AUPR-in", "auprIn"],
    ["AUPR-out", "auprOut"],
    ["AUPR-in, trapezoid", "auprInTrapezoid"],
    ["AUPR-out, trapezoid", "auprOutTrapezoid"],
    ["FPR95-in", "fpr95In"],
    ["FPR95-out", "fpr95Out"],
  ] as const;
  const rows = oodScoreNames.flatMap((score) =>
    shown.flatMap(([title, name]) => {
      const means = arms.map(({ runs }) => meanOf(runs.map((run) => resultOf(run, set, score)?.[name])));
      if (means.every((mean) => mean === undefined)) return [];
      return [[`${title} by ${oodScores[score].short}`, ...means.map((mean) => withSdOrDash(mean, "%"))]];
    }),
  );
  return html`<details><summary>All scores and measures</summary>${dataTable([["%", ...arms.map(({ name }) => name)], ...rows], `Detection of ${set}`)}</details>`;
}

async function rocPanels({ arms }: ReportedStudy, set: string, id: string): Promise<Html[]> {
  const panels: Html[] = [];
  for (const score of drawnScores) {
    const all = arms.flatMap(({ name, color, dash, runs }): Line[] => {
      const result = resultOf(runs[0], set, score);
      if (!result?.roc) return [];
      const { falsePositiveRate, truePositiveRate } = result.roc;
      const points = falsePositiveRate.map((x, i) => ({ x: 100 * x, y: 100 * truePositiveRate[i] }));
      return [{ name, color, dash, points }];
    });
    if (all.length === 0) continue;
    const aurocs = arms.flatMap(({ name, runs }) => {
      const result = resultOf(runs[0], set, score);
      return result ? [`${name}: AUROC ${(100 * result.auroc).toFixed(1)} %`] : [];
    });
    const svg = await lines(
      all,
      {
        xTitle: "Known images flagged, %",
        yTitle: "Foreign images flagged, %",
        xDomain: [0, 100],
        yDomain: [0, 100],
        diagonal: true,
        width: 230,
        height: 210,
        label: `ROC curve of ${oodScores[score].title} against ${set}. ${aurocs.join("; ")}.`,
      },
      `${id}-${score}`,
    );
    panels.push(html`<div class="panel"><h3>ROC by ${oodScores[score].short}</h3>${svg}</div>`);
  }
  return panels;
}
