import { dots } from "../figures/index.ts";
import { type Html, html } from "../html.ts";
import { corruptionMeans, type Measure, oodMeasure, oodSets, setMeasure, valuesOf } from "../measures.ts";
import type { Study } from "../study.ts";

/** The four or so measures that matter most, every seed visible. */
export async function glance(study: Study): Promise<Html | undefined> {
  const seeds = Math.max(...study.arms.map(({ runs }) => runs.length));
  if (study.arms.length === 1 && seeds === 1) return undefined;
  const test = study.sets.find(({ role }) => role === "test");
  const shift = study.sets.find(({ role }) => role === "shift");
  const chosen: { measure: Measure; title: string }[] = [];
  if (test) chosen.push({ measure: setMeasure(test.set, "test", "accuracy"), title: "Accuracy, test" });
  if (shift) chosen.push({ measure: setMeasure(shift.set, "shift", "accuracy"), title: "Accuracy, shift" });
  const hardest = shift ?? test;
  if (hardest)
    chosen.push({
      measure: setMeasure(hardest.set, hardest.role, "smoothEce"),
      title: `Smoothed ECE, ${hardest.role}`,
    });
  for (const measure of corruptionMeans(study).slice(0, 2)) {
    const title = `${measure.title.replace(", mean over all", "")}, under corruption`;
    if (study.arms.some((arm) => valuesOf(arm, measure).length > 0)) chosen.push({ measure, title });
  }
  for (const set of oodSets(study).slice(0, 1))
    chosen.push({ measure: oodMeasure(set, "max-softmax"), title: `OOD AUROC by confidence, ${set}` });

  const panels: Html[] = [];
  for (const [i, { measure, title }] of chosen.entries()) {
    const rows = study.arms
      .map((arm) => ({
        arm: arm.name,
        color: arm.color,
        shape: arm.shape,
        values: valuesOf(arm, measure).map((v) => 100 * v),
      }))
      .filter(({ values }) => values.length > 0);
    const axis = measure.better === "higher" ? "%, further right is better" : "%, further left is better";
    if (rows.length)
      panels.push(
        html`<div class="panel"><h3>${title}</h3>${await dots(rows, `${title}, %`, axis, `glance${i}`)}</div>`,
      );
  }
  if (panels.length === 0) return undefined;
  return html`<figure><h2>At a glance</h2>
<div class="grid wide">${panels}</div>
<figcaption>${seeds > 1 ? "Each mark is one seed, the upright bar the mean of its arm. Where the marks of two arms overlap, another seed may turn the order round." : "Each mark is the one seed of its arm; how far another seed would move it, one seed cannot show."} The axes show the range of the values; they do not start at zero.</figcaption></figure>`;
}
