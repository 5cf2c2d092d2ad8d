import { scoreHistograms } from "../figures/index.ts";
import { meanOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { foreignScores } from "../key-measures.ts";
import { oodMeasure, oodSets, valuesOf, worseThanGuessing } from "../measures.ts";
import type { ReportedStudy } from "../study.ts";
import { panel } from "./charts.ts";
import { knownOrForeign } from "./detection.ts";
import { oodMatrix } from "./ood-scores.ts";

/** Whether foreign pictures are told from known ones, in words and by confidence; the rest is in `detection`. */
export async function foreign(study: ReportedStudy): Promise<Html | undefined> {
  const sets = oodSets(study);
  const matrix = await oodMatrix(study);
  if (sets.length === 0 && !matrix) return undefined;
  const blocks: Html[] = [];
  for (const [s, set] of sets.entries()) {
    const drawn = await scoreHistograms(study.arms, set, "max-softmax", `foreign${s}`);
    const words = (name: string) => toldApart(study, set, name);
    if (drawn.length > 0)
      blocks.push(
        html`<h3>Known pictures against ${set}</h3><div class="grid">${drawn.map(({ arm, svg }) => panel(arm, words(arm.name), svg))}</div>`,
      );
  }
  return html`<figure id="foreign"><h2>Does it notice foreign pictures?</h2>${knownOrForeign()}${blocks}${matrix}
<figcaption>How sure each arm is of pictures like those it was trained for, and of pictures of something else entirely. AUROC is the chance that a random foreign picture looks stranger than a random known one: 100 % tells them apart always, 50 % is guessing, and below that an arm is surer of foreign pictures than of known ones.</figcaption></figure>`;
}

/** `told by confidence in 94.6 % of pairs`, each score in words. */
export function toldApart({ arms }: Pick<ReportedStudy, "arms">, set: string, name: string): string {
  const arm = arms.find((one) => one.name === name)!;
  return foreignScores
    .flatMap(({ score, words }) => {
      const measure = oodMeasure(set, score);
      const mean = meanOf(valuesOf(arm, measure))?.mean;
      if (mean === undefined) return [];
      const below = worseThanGuessing(measure, mean) ? ": surer of foreign pictures than of known ones" : "";
      return [`AUROC by ${words} ${(100 * mean).toFixed(1)} %${below}`];
    })
    .join("; ");
}
