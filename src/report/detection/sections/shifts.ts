import { dataTable } from "../../copyable.ts";
import { meanOf } from "../../format.ts";
import { type Html, html } from "../../html.ts";
import { shiftColumns, shiftRows, shownShare } from "../measures.ts";
import type { DetectionStudy } from "../study.ts";

/** The figures on sets under shift, beside those of the test set; nothing where no run has any. */
export function underShift({ arms }: DetectionStudy): Html | undefined {
  if (!arms.some(({ runs }) => runs.some(({ results }) => (results.shifts ?? []).length > 0))) return undefined;
  const rows = arms.flatMap(({ name, runs }) => {
    const all = runs.map(({ results }) => shiftRows(results));
    return all[0].map(({ set, values }, at) => [
      name,
      set,
      ...values.map((_, column) => {
        const mean = meanOf(all.map((one) => one[at]?.values[column]));
        if (!mean) return "–";
        return mean.sd === undefined ? shownShare(mean.mean) : `${shownShare(mean.mean)} ± ${shownShare(mean.sd)}`;
      }),
    ]);
  });
  const heading = ["detector", "images", ...shiftColumns];
  return html`<figure>${dataTable([heading, ...rows], "Figures under shift")}
<figcaption>The same detector on images of the training's kind, and on others. oLRP, D-ECE and LaECE: lower is better.</figcaption></figure>`;
}
