import { copyable } from "../../copyable.ts";
import { type Line, lines } from "../../figures/index.ts";
import { type Html, html } from "../../html.ts";
import { armLegend } from "../../sections/legend.ts";
import { type DetectionArm, type DetectionStudy, firstOf } from "../study.ts";

/** Of the ten IoU thresholds, those that are drawn. */
const DRAWN = [0.5, 0.75, 0.9];

/** Precision by recall, mean over the classes, a drawing for each IoU. */
export async function precisionRecall({ arms }: DetectionStudy): Promise<Html | undefined> {
  const drawn: Html[] = [];
  const cells: string[][] = [];
  for (const threshold of DRAWN) {
    const all = arms.flatMap((arm): Line[] => {
      const curve = firstOf(arm).curves.find((one) => one.threshold === threshold);
      if (!curve) return [];
      const points = curve.precision.map((y, i) => ({ x: i / (curve.precision.length - 1), y }));
      for (const { x, y } of points) cells.push([`${threshold}`, arm.name, `${x}`, `${y}`]);
      return [{ name: arm.name, color: arm.color, dash: arm.dash, points }];
    });
    if (all.length === 0) continue;
    const said = all.map(({ name, points }) => `${name}: ${points[50].y.toFixed(2)} at half of the objects`).join("; ");
    const label = `Precision by recall at IoU ${threshold}. ${said}.`;
    const options = { xTitle: "Recall", yTitle: "Precision", xDomain: [0, 1], yDomain: [0, 1] } as const;
    const svg = await lines(all, { ...options, height: 220, label }, `pr${drawn.length}`);
    drawn.push(html`<div class="panel"><h3>IoU ${threshold.toFixed(2)}</h3>${svg}</div>`);
  }
  if (drawn.length === 0) return undefined;
  return html`<figure>${armLegend(arms)}<div class="grid">${drawn}</div>
<figcaption>As the score is lowered, more objects are found and more detections are wrong. The upper envelope, mean over the classes: the area under a line is the AP at that IoU. Of several runs of an arm, the first.</figcaption>${copyable(
    [["IoU", "arm", "recall", "precision"], ...cells],
  )}</figure>`;
}

const doubtOf = (arm: DetectionArm) => firstOf(arm).doubt.at(-1);
const whose = { score: "1 − score", uncertainty: "its uncertainty" } as const;

/** Whether doubt points at the wrong boxes. */
export async function boxSparsification({ arms }: DetectionStudy): Promise<Html | undefined> {
  const shown = arms.filter((arm) => doubtOf(arm));
  if (shown.length === 0) return undefined;
  const cells: string[][] = [];
  const all = shown.map((arm): Line => {
    const { removed, error } = doubtOf(arm)!.sparsification;
    const points = removed.map((share, i) => ({ x: 100 * share, y: 100 * error[i] }));
    for (const { x, y } of points) cells.push([arm.name, `${x}`, `${y}`]);
    return { name: arm.name, color: arm.color, dash: arm.dash, points };
  });
  const said = all.map(({ name, points }) => `${name}: from ${points[0].y.toFixed(0)} %`).join("; ");
  const svg = await lines(
    all,
    {
      xTitle: "Most doubted boxes taken away, %",
      yTitle: "Wrong among the others, %",
      xDomain: [0, 100],
      yDomain: [0, 100],
      width: 380,
      height: 240,
      label: `Share of wrong boxes as the most doubted are taken away. ${said}.`,
    },
    "boxsparse",
  );
  return html`<figure>${armLegend(shown)}${svg}
<figcaption>Boxes are taken away in order of doubt (${shown.map((arm) => `${arm.name}: ${whose[doubtOf(arm)!.of]}`).join("; ")}): where it points at the wrong ones, the share of wrong ones falls.</figcaption>${copyable(
    [["arm", "taken away, %", "wrong among the others, %"], ...cells],
  )}</figure>`;
}

/** Scores against the share of right detections. */
export async function boxReliability({ arms }: DetectionStudy): Promise<Html | undefined> {
  const shown = arms.filter((arm) => firstOf(arm).calibration);
  if (shown.length === 0) return undefined;
  const cells: string[][] = [];
  const all = shown.map((arm): Line => {
    const points = firstOf(arm).calibration!.bins.map(({ meanConfidence, accuracy }) => ({
      x: 100 * meanConfidence,
      y: 100 * accuracy,
    }));
    for (const { x, y } of points) cells.push([arm.name, x.toFixed(2), y.toFixed(2)]);
    return { name: arm.name, color: arm.color, dash: arm.dash, points };
  });
  const svg = await lines(
    all,
    {
      xTitle: "Score, %",
      yTitle: "Right at IoU 0.5, %",
      xDomain: [0, 100],
      yDomain: [0, 100],
      diagonal: true,
      points: true,
      width: 260,
      height: 240,
      label: `Share of right detections by score. ${shown.map((arm) => `${arm.name}: D-ECE ${firstOf(arm).calibration!.dEce.toFixed(3)}`).join("; ")}.`,
    },
    "boxcalibration",
  );
  return html`<figure>${armLegend(shown)}${svg}
<figcaption>A mark for each of 25 bins of the score that holds detections. On the diagonal a score is the share of right detections; below it the detector is too sure of itself.</figcaption>${copyable(
    [["arm", "mean score, %", "right, %"], ...cells],
  )}</figure>`;
}
