import { dataTable } from "../../copyable.ts";
import { type ShareRow, shares } from "../../figures/index.ts";
import { type Html, html } from "../../html.ts";
import { armLegend } from "../../sections/legend.ts";
import { shownShare } from "../measures.ts";
import { type DetectionStudy, firstOf } from "../study.ts";

/** More bars than these would push everything else away. */
const SHOWN = 20;

/** AP of each class, and what else there is of it. */
export async function classFigures({ arms }: DetectionStudy): Promise<Html | undefined> {
  const [first] = arms.map(firstOf);
  const known = first.classes.filter(({ figures }) => figures.ap !== undefined);
  if (known.length === 0) return undefined;
  const all = known.toSorted((a, b) => b.figures.ap! - a.figures.ap!);
  const shown = all.length > SHOWN ? [...all.slice(0, SHOWN / 2), ...all.slice(-SHOWN / 2)] : all;
  const rows = shown.map(
    ({ name }): ShareRow => ({
      name,
      shares: arms.flatMap((arm) => {
        const ap = firstOf(arm).classes.find((own) => own.name === name)?.figures.ap;
        return ap === undefined ? [] : [{ arm: arm.name, color: arm.color, value: 100 * ap }];
      }),
    }),
  );
  const marked = 100 * (first.figures.ap ?? 0);
  const svg = await shares(rows, { axis: "AP, %", marked, label: "AP by class." }, "classap");
  const note =
    all.length > SHOWN &&
    html`<p class="note">Of ${all.length} classes the ${SHOWN / 2} that ${arms[0].name} is best at, and the ${SHOWN / 2} that it is worst at.</p>`;
  const tables = arms.map(
    (arm) =>
      html`<h3>${arm.name}</h3>${dataTable(
        [
          ["class", "objects", "detections", "AP", "AP50", "AP75", "recall", "oLRP", "operating score"],
          ...firstOf(arm).classes.map(({ name, objects, detections, figures, lrp }) => [
            name,
            String(objects),
            String(detections),
            ...[figures.ap, figures.ap50, figures.ap75, figures.ar100, lrp?.olrp, lrp?.threshold].map((value) =>
              shownShare(value),
            ),
          ]),
        ],
        `Classes of ${arm.name}`,
      )}`,
  );
  return html`<figure>${armLegend(arms)}${note}${svg}
<figcaption>Mean AP over IoU 0.50 to 0.95 of each class; the dashed line is the mean of ${arms[0].name}. Of few objects AP moves by chance. The operating score is where a class's LRP is least, on these very images: to choose one for use, take it from others.</figcaption>${tables}</figure>`;
}
