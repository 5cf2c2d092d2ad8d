import { copyable } from "../copyable.ts";
import { type Line, lines } from "../figures/index.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { corruptionNames } from "../measures.ts";
import { type Band, severityBands } from "../severity-bands.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { armsInWords } from "./arms.ts";

/** The page's first figure: how accuracy falls as damage grows. `undefined` where nothing was damaged. */
export async function severity(study: ReportedStudy): Promise<Html | undefined> {
  const found = study.arms.map((arm) => ({ arm, bands: severityBands(arm) })).filter(({ bands }) => bands.length > 0);
  if (found.length === 0) return undefined;
  const all = found.map(({ arm, bands }) => severityLine(arm, bands));
  const said = all.map(
    ({ name, points }) => `${name}: ${points.map(({ x, y }) => `${x}: ${y.toFixed(1)}`).join(", ")}`,
  );
  const svg = await lines(
    all,
    {
      xTitle: "Severity of the damage (0: clean)",
      yTitle: "Accuracy, %",
      xValues: [0, 1, 2, 3, 4, 5],
      points: true,
      width: 310,
      height: 230,
      label: `Accuracy, %, by severity, with its band. ${said.join("; ")}.`,
    },
    "severity-accuracy",
  );
  const seeds = Math.max(...found.map(({ arm }) => arm.runs.length));
  const names = corruptionNames(study);
  const images = found[0].arm.runs.flatMap(({ results }) => results.corruptions?.images ?? [])[0];
  const clean = found.every(({ bands }) => bands[0].severity === 0);
  return html`<figure id="severity"><h2>How accuracy falls as pictures get worse</h2>
<div class="beside">${svg}${armsInWords(study)}</div>
<figcaption>Mean over ${counted(names.length, "corruption")} of the same ${images.toLocaleString("en")} test images${clean ? "; severity 0 is these images as they are" : ""}. ${
    seeds > 1
      ? "A line is the mean over an arm's seeds; its band reaches from the lowest seed to the highest (of an arm with one seed: the 95 % interval over the images)."
      : "Bands are 95 % intervals over the choice of the images (bootstrap); with one seed an arm nothing shows how far another seed would move a line."
  }${found.length > 1 ? " Bands that overlap do not say that arms are equal: whether they differ is for the paired differences below." : ""}</figcaption>${copyable(
    [
      ["arm", "severity", "accuracy, %", "low, %", "high, %"],
      ...found.flatMap(({ arm, bands }) =>
        bands.map(({ severity, value, ends }) => [
          arm.name,
          String(severity),
          ...[value, ...ends].map((share) => (100 * share).toFixed(2)),
        ]),
      ),
    ],
  )}</figure>`;
}

export const severityLine = ({ name, color, dash }: ReportedArm, bands: readonly Band[]): Line => ({
  name,
  color,
  dash,
  points: bands.map(({ severity, value, ends: [low, high] }) => ({
    x: severity,
    y: 100 * value,
    low: 100 * low,
    high: 100 * high,
  })),
});
