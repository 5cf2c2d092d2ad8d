import { type Cells, copyable } from "../copyable.ts";
import { type Line, lines } from "../figures/index.ts";
import { type Html, html } from "../html.ts";
import type { ReportedStudy } from "../study.ts";
import { armLegend } from "./legend.ts";

/** What more references buy: only anchored runs have them. */
export async function referenceSensitivity(study: ReportedStudy): Promise<Html | undefined> {
  const arms = study.arms.filter(({ runs }) => runs.some(({ results }) => results.sensitivity));
  if (arms.length === 0) return undefined;
  const curve = (of: (point: SensitivityPoint) => { y: number; sd?: number }): Line[] =>
    arms.map(({ name, color, dash, runs }) => ({
      name,
      color,
      dash,
      points: runs
        .find(({ results }) => results.sensitivity)!
        .results.sensitivity!.points.map((point) => {
          const { y, sd } = of(point);
          return { x: point.k, y, ...(sd !== undefined && { low: y - sd, high: y + sd }) };
        }),
    }));
  const draw = (yTitle: string, all: readonly Line[], id: string) =>
    lines(
      all,
      {
        xTitle: "References K",
        yTitle,
        logarithmic: true,
        xValues: all[0].points.map(({ x }) => x),
        points: true,
        width: 230,
        height: 180,
        label: `${yTitle} by number of references. ${all.map(({ name, points }) => `${name}: ${points.map(({ x, y }) => `${x}: ${Number(y.toPrecision(3))}`).join(", ")}`).join("; ")}.`,
      },
      id,
    );
  const panels = [
    await draw(
      "Accuracy, %",
      curve(({ accuracyMean, accuracySd }) => ({ y: 100 * accuracyMean, sd: 100 * accuracySd })),
      "sensitivity-accuracy",
    ),
    await draw(
      "Spread of references",
      curve(({ spread }) => ({ y: spread })),
      "sensitivity-spread",
    ),
    await draw(
      "Seconds per 1,000 images",
      curve(({ secondsPer1000Images }) => ({ y: secondsPer1000Images })),
      "sensitivity-time",
    ),
  ];
  const { images } = arms[0].runs.find(({ results }) => results.sensitivity)!.results.sensitivity!;
  return html`<figure>${armLegend(arms)}<div class="grid">${panels}</div>
<figcaption>${images.toLocaleString("en")} test images under K of the kept references: accuracy of their mean logits (the band is ± 1 standard deviation over draws of the K), how far the references disagree (standard deviation of the sigmoids), and what they cost on the machine below. Of several seeds the first is drawn.</figcaption>${copyable(cellsOf(arms))}</figure>`;
}

const cellsOf = (arms: ReportedStudy["arms"]): Cells => [
  ["arm", "K", "accuracy, %", "± over draws", "spread", "seconds per 1000 images"],
  ...arms.flatMap(({ name, runs }) =>
    runs
      .find(({ results }) => results.sensitivity)!
      .results.sensitivity!.points.map(({ k, accuracyMean, accuracySd, spread, secondsPer1000Images }) => [
        name,
        String(k),
        (100 * accuracyMean).toFixed(2),
        (100 * accuracySd).toFixed(2),
        spread.toFixed(4),
        secondsPer1000Images.toFixed(3),
      ]),
  ),
];

type SensitivityPoint = NonNullable<
  ReportedStudy["arms"][number]["runs"][number]["results"]["sensitivity"]
>["points"][number];
