import { metrics } from "../../evaluate/index.ts";
import { comparable, type Levels, levelsByArm, mean, severitiesOf } from "../corruption-levels.ts";
import { type Line, lines } from "../figures/index.ts";
import { counted } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";
import { armLegend } from "./legend.ts";

/** Whether confidence falls with accuracy as images get worse; `undefined` where no run was judged under corruption. */
export async function doubtUnderCorruption(study: ReportedStudy): Promise<Html | undefined> {
  const levels = levelsByArm(study);
  const arms = [...levels.keys()];
  if (arms.length === 0) return undefined;
  return html`<figure>${armLegend(arms)}<div class="grid">${await calibrationCurve(arms, levels)}${await confidencePanels(arms, levels)}</div>
<figcaption>First the smoothed calibration error by severity. Then mean confidence against accuracy, from ${comparable(arms) ? "the clean set" : "severity 1"} (right) to severity 5 (left). Means over all corruptions. On the diagonal confidence falls as fast as accuracy; below it the model does not notice how bad its images are.${asked(arms)}</figcaption></figure>`;
}

/** How anchored models were asked, where that is not how they were on the clean set. */
function asked(arms: readonly ReportedArm[]): string {
  const references = arms.flatMap(({ runs }) => runs.flatMap(({ results }) => results.corruptions?.references ?? []));
  if (references.length === 0) return "";
  return ` Anchored models answer under ${counted(Math.max(...references), "reference")} here.`;
}

async function calibrationCurve(arms: readonly ReportedArm[], levels: Levels): Promise<Html> {
  const all = arms.map((arm): Line => {
    const { name, color, dash, runs } = arm;
    const own = levels.get(arm)!;
    const clean = runs.flatMap(
      ({ results }) => results.sets.find(({ role }) => role === "test")?.metrics.smoothEce ?? [],
    );
    const at = (severity: number) =>
      mean(own.filter((level) => level.severity === severity).map(({ smoothEce }) => smoothEce));
    const points = severitiesOf(own).map((severity) => ({ x: severity, y: 100 * at(severity) }));
    return { name, color, dash, points: [...(comparable(arms) ? [{ x: 0, y: 100 * mean(clean) }] : []), ...points] };
  });
  const { title } = metrics.smoothEce;
  const svg = await lines(
    all,
    {
      xTitle: "Severity",
      yTitle: `${title}, %`,
      xValues: [0, 1, 2, 3, 4, 5],
      points: true,
      width: 240,
      height: 220,
      label: `${title} by severity. ${all.map(({ name, points }) => `${name}: ${points.map(({ y }) => y.toFixed(1)).join(", ")}`).join("; ")}.`,
    },
    "severity-ece",
  );
  return html`<div class="panel"><h3>Calibration error by severity</h3>${svg}</div>`;
}

const confidencePanels = (arms: readonly ReportedArm[], levels: Levels) =>
  Promise.all(
    arms.map(async (arm, i) => {
      const { name, color, dash } = arm;
      const severities = severitiesOf(levels.get(arm)!);
      const track = severities.map((severity) => {
        const at = levels.get(arm)!.filter((level) => level.severity === severity);
        return {
          x: 100 * mean(at.map(({ confidence }) => confidence)),
          y: 100 * mean(at.map(({ accuracy }) => accuracy)),
        };
      });
      const clean = arm.runs.flatMap(({ results }) => results.sets.filter(({ role }) => role === "test"));
      const bins = clean.flatMap(({ reliability }) => reliability);
      const images = bins.reduce((sum, { count }) => sum + count, 0);
      const zero = {
        x: (100 * bins.reduce((sum, { count, meanConfidence }) => sum + count * meanConfidence, 0)) / images,
        y: 100 * mean(clean.map(({ metrics }) => metrics.accuracy ?? 0)),
      };
      const svg = await lines(
        [{ name, color, dash, points: comparable(arms) ? [zero, ...track] : track }],
        {
          xTitle: "Mean confidence, %",
          yTitle: "Accuracy, %",
          xDomain: [0, 100],
          yDomain: [0, 100],
          diagonal: true,
          points: true,
          width: 240,
          height: 220,
          label: `Confidence and accuracy of ${name} by rising severity: ${(comparable(arms) ? [zero, ...track] : track).map(({ x, y }) => `${x.toFixed(0)} % sure, ${y.toFixed(0)} % right`).join("; ")}.`,
        },
        `confidence-severity-${i}`,
      );
      return html`<div class="panel"><h3>${name}</h3>${svg}</div>`;
    }),
  );
