import type { BoxCorruptionResults } from "../../../evaluate/index.ts";
import { dataTable } from "../../copyable.ts";
import { heatMap } from "../../figures/index.ts";
import { type Html, html } from "../../html.ts";
import { corruptionRows, shownShare } from "../measures.ts";
import { type DetectionStudy, firstOf } from "../study.ts";

/** mPC and rPC of every detector, and AP corruption by corruption of the first run of each; nothing where none was judged so. */
export async function boxesUnderCorruption({ arms }: DetectionStudy): Promise<Html | undefined> {
  const judged = arms.flatMap((arm) => {
    const { corruptions } = firstOf(arm);
    return corruptions ? [{ name: arm.name, corruptions }] : [];
  });
  if (judged.length === 0) return undefined;
  const titles = [
    ...new Set(judged.flatMap(({ corruptions }) => corruptionRows(corruptions).map(({ title }) => title))),
  ];
  const rows = titles.map((title) => [
    title,
    ...judged.map(({ corruptions }) =>
      shownShare(corruptionRows(corruptions).find((row) => row.title === title)?.value),
    ),
  ]);
  const maps = await Promise.all(
    judged.map(
      async ({ name, corruptions }, i) =>
        html`<div class="panel"><h3>${name}</h3><p>AP50, %</p>${await mapOf(corruptions, name, i)}</div>`,
    ),
  );
  return html`${dataTable([["figure", ...judged.map(({ name }) => name)], ...rows], "Performance under corruption")}
<p class="note">mPC is the mean of a whole set's AP over corruptions and their five severities, rPC its share of the clean AP on the same images. Boxes stay where they are, also under corruptions that move an image a little. A * stands for frost of a procedural texture.</p>
<div class="grid wide heat">${maps}</div>`;
}

const mapOf = ({ cells }: BoxCorruptionResults, name: string, i: number) => {
  const known = cells.flatMap(({ corruption, severity, ap50 }) =>
    ap50 === undefined ? [] : [{ row: corruption.replaceAll("_", " "), column: String(severity), value: 100 * ap50 }],
  );
  return heatMap(
    known,
    {
      rows: [...new Set(known.map(({ row }) => row))],
      columns: [...new Set(known.map(({ column }) => column))].sort(),
      scale: "heat",
      limit: 100,
      columnTitle: "severity",
      format: (value) => value.toFixed(0),
    },
    `boxes-under-corruption-${i}`,
    `AP50 of ${name} by corruption and severity`,
  );
};
