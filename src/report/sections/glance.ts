import { comparePaired } from "../../evaluate/index.ts";
import { dots } from "../figures/index.ts";
import { type Html, html } from "../html.ts";
import { keyMeasures } from "../key-measures.ts";
import { type Measure, valuesOf } from "../measures.ts";
import { intervalOverImages } from "../over-images.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** The measures that matter most, every seed visible; `undefined` for a single run. */
export async function glance(study: ReportedStudy): Promise<Html | undefined> {
  const seeds = Math.max(...study.arms.map(({ runs }) => runs.length));
  if (study.arms.length === 1 && seeds === 1) return undefined;
  const panels: Html[] = [];
  for (const [i, { kind, where, measure }] of keyMeasures(study).entries()) {
    const rows = study.arms.flatMap((arm) => {
      const values = valuesOf(arm, measure).map((value) => 100 * value);
      return values.length > 0
        ? [{ arm: arm.name, color: arm.color, shape: arm.shape, values, ...whisker(arm, measure) }]
        : [];
    });
    const title = `${kind}, ${where}`;
    const axis = measure.better === "higher" ? "%, further right is better" : "%, further left is better";
    panels.push(html`<div class="panel"><h3>${title}</h3>${await dots(rows, `${title}, %`, axis, `glance${i}`)}</div>`);
  }
  return html`<figure><div class="grid wide">${panels}</div>
<figcaption>${
    seeds > 1
      ? "Each mark is one seed, the upright bar the mean of its arm, the whisker the 95 % interval of that mean over seeds (Student's)."
      : "Each mark is the one seed of its arm, a whisker its 95 % interval over the choice of the images where there is one; how far another seed would move it, one seed cannot show."
  } Whether two arms differ is for the differences to say: they are paired. The axes hold the values and whiskers; they do not start at zero.</figcaption></figure>`;
}

/** Of several seeds the interval of their mean; of one that over the images. In %. */
export function whisker(arm: ReportedArm, measure: Measure): { low?: number; high?: number } {
  const values = valuesOf(arm, measure);
  if (values.length > 1) {
    const { difference, halfWidth = 0 } = comparePaired(
      values,
      values.map(() => 0),
    );
    return { low: 100 * (difference - halfWidth), high: 100 * (difference + halfWidth) };
  }
  if (arm.runs.length > 1 || values.length === 0) return {};
  const [run] = arm.runs;
  const { intervalOf, perImage } = measure;
  const ends = intervalOf?.(run.results) ?? (perImage && intervalOverImages(run, perImage));
  return ends ? { low: 100 * ends[0], high: 100 * ends[1] } : {};
}
