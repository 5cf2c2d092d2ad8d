import { dataTable } from "../copyable.ts";
import { path } from "../figures/index.ts";
import { meanOf } from "../format.ts";
import { type Html, html } from "../html.ts";
import { corruptionMeanMeasure, type Measure, setMeasure, valuesOf } from "../measures.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** Of an arm whose weights lie between those of two others: α. */
const placeOf = ({ runs }: ReportedArm): number | undefined => {
  const at = runs[0].results.settings["interpolated.at"];
  return typeof at === "number" ? at : undefined;
};

/** Networks between two, as they are on known and on other images; `undefined` where fewer than two were judged on both. */
export async function interpolation(study: ReportedStudy): Promise<Html | undefined> {
  const shift = shifted(study);
  const test = study.sets.find(({ role }) => role === "test");
  if (!shift || !test) return undefined;
  const known = setMeasure(test.set, "test", "accuracy");
  const points = study.arms
    .flatMap((arm) => {
      const at = placeOf(arm);
      const [x, y] = [known, shift.measure].map((measure) => meanOf(valuesOf(arm, measure))?.mean);
      return at === undefined || x === undefined || y === undefined ? [] : [{ arm, at, x: 100 * x, y: 100 * y }];
    })
    .sort((a, b) => a.at - b.at);
  if (points.length < 2) return undefined;
  const said = points.map(({ at, x, y }) => `α ${at}: ${x.toFixed(1)}, ${y.toFixed(1)}`).join("; ");
  const svg = await path(
    points.map(({ at, x, y }) => ({ x, y, label: String(at) })),
    {
      color: points[0].arm.color,
      xTitle: `Accuracy on ${test.set}, %`,
      yTitle: `${shift.title}, %`,
      label: `Accuracy on ${test.set} and ${shift.title}, %. ${said}.`,
    },
    "interpolation-accuracy",
  );
  const rows = points.map(({ at, x, y }) => [String(at), x.toFixed(2), y.toFixed(2)]);
  return html`<figure>${svg}
<figcaption>Weights between those of two networks, θ = (1 − α) θ₀ + α θ₁: the number at a point is α, 0 the first network and 1 the second. Up is better under shift, right is better on images like those of the training. Both are of test images: α is to be chosen on validation images, which the command anchored interpolate does.</figcaption>
${dataTable([["α", `accuracy on ${test.set}, %`, `${shift.title.toLowerCase()}, %`], ...rows], "Accuracy between two networks")}</figure>`;
}

/** What stands for shift: the mean over corruptions, where images were damaged, else the first shifted set. */
function shifted(study: ReportedStudy): { readonly measure: Measure; readonly title: string } | undefined {
  const damaged = corruptionMeanMeasure("accuracy");
  if (study.arms.some((arm) => placeOf(arm) !== undefined && valuesOf(arm, damaged).length > 0))
    return { measure: damaged, title: "Accuracy under damage" };
  const other = study.sets.find(({ role }) => role === "shift");
  return other && { measure: setMeasure(other.set, "shift", "accuracy"), title: `Accuracy on ${other.set}` };
}
