import { standingWords } from "../contrast.ts";
import { dataTable } from "../copyable.ts";
import { shownName } from "../corruption-levels.ts";
import { points } from "../format.ts";
import { type Html, html } from "../html.ts";
import { otherArms, pairedRows } from "../paired.ts";
import type { ReportedStudy } from "../study.ts";

/** Accuracy of each arm against the baseline's, paired over the images. */
export function differences(study: ReportedStudy): Html | undefined {
  const rows = pairedRows(study);
  if (rows.length === 0) return undefined;
  const { arms, baseline } = study;
  const cells = rows.map(({ title, role, allCorruptions, baseline, others }) => [
    role === "corruption" && !allCorruptions ? shownName(title) : title,
    (100 * baseline).toFixed(1),
    ...others.map((paired) => {
      if (!paired) return "–";
      const { difference, interval, standing } = paired;
      const ends = interval ? ` [${points(interval[0])}, ${points(interval[1])}]` : "";
      return `${points(difference)}${ends}${standing ? ` ${standingWords[standing]}` : ""}`;
    }),
  ]);
  const seeds = Math.max(...arms.map(({ runs }) => runs.length));
  const head = [
    "Accuracy",
    `${baseline.name}, %`,
    ...otherArms(study).map(({ name }) => `${name}: difference, points [95 %]`),
  ];
  return html`<section>${dataTable([head, ...cells], "Paired differences")}
<p class="note">${
    seeds > 1
      ? "95 % intervals over seeds of training, paired where the seeds are the same; of arms with one seed each, by bootstrap over the test images, the same for both."
      : "By bootstrap over the test images, the same for both arms: what another draw of images would change. What another seed of training would change they do not hold, and with one seed an arm nobody knows."
  } Under a corruption it is the mean over severities. An interval that holds zero makes two arms not distinguishable.</p></section>`;
}
