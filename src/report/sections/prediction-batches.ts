import { type Cells, dataTable } from "../copyable.ts";
import { meanOf, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedStudy } from "../study.ts";

/** What the anchor does that outputs are read by: only OAT's are. */
export function predictionBatches({ arms }: ReportedStudy): Html | undefined {
  const found = arms.flatMap(({ name, runs }) => {
    const measured = runs.flatMap(({ results }) => results.predictionBatch ?? []);
    const sets = measured[0]?.sets ?? [];
    return sets.flatMap(({ set, points }) =>
      points.map(({ batch }) => {
        const same = measured.flatMap(({ sets }) =>
          sets.filter((one) => one.set === set).flatMap((one) => one.points.filter((point) => point.batch === batch)),
        );
        const shown = (values: number[]) => withSd(meanOf(values)!, "%");
        return [
          name,
          set,
          batch,
          shown(same.map(({ accuracy }) => accuracy)),
          shown(same.map(({ changed }) => changed)),
        ];
      }),
    );
  });
  if (found.length === 0) return undefined;
  const cells: Cells = [["arm", "set", "anchor of", "accuracy, %", "other class than the largest output, %"], ...found];
  return html`<section>${dataTable(cells, "Prediction batches")}
<p class="note">Outputs are converted back with the anchor of batches of so many images, or with the stored one of the validation images. Images sorted by their label tell it through the anchor: those rows are a stress test, no result.</p></section>`;
}
