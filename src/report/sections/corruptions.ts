import { type CorruptionCell, corruptionSets, relativeCorruptionError } from "../../evaluate/index.ts";
import { dataTable } from "../copyable.ts";
import { type HeatCell, heatMap, type Line, lines } from "../figures/index.ts";
import { counted, meanOf, points, withSd } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import type { ReportedArm, Study } from "../study.ts";
import { armLegend } from "./legend.ts";

/** Cells of every run of an arm that was judged under corruption. */
const cellsOf = (arm: ReportedArm): CorruptionCell[] =>
  arm.runs.flatMap(({ results }) => results.corruptions?.cells ?? []);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Level {
  readonly corruption: string;
  readonly severity: number;
  readonly accuracy: number;
  readonly confidence: number;
  readonly smoothEce: number;
}

/** One value a corruption and severity: the mean over the arm's seeds. */
function levelsOf(arm: ReportedArm): Level[] {
  const groups = new Map<string, CorruptionCell[]>();
  for (const cell of cellsOf(arm)) {
    const key = `${cell.corruption} ${cell.severity}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].map((cells) => ({
    corruption: cells[0].corruption,
    severity: cells[0].severity,
    accuracy: mean(cells.map(({ metrics }) => metrics.accuracy ?? 0)),
    confidence: mean(cells.map(({ meanConfidence }) => meanConfidence)),
    smoothEce: mean(cells.map(({ metrics }) => metrics.smoothEce ?? 0)),
  }));
}

export const shownName = (name: string): string => name.replaceAll("_", " ");

/** Everything on corrupted images; `undefined` where no run was judged on them. */
export async function underCorruption(study: Study): Promise<Html | undefined> {
  const arms = study.arms.filter((arm) => cellsOf(arm).length > 0);
  if (arms.length === 0) return undefined;
  const levels = new Map(arms.map((arm) => [arm, levelsOf(arm)]));
  const first = arms[0].runs.find(({ results }) => results.corruptions)!.results.corruptions!;
  const baseline = arms.includes(study.baseline) ? study.baseline : arms[0];
  const names = [...new Set([...levels.values()].flat().map(({ corruption }) => corruption))];
  const standIn = names.some((name) => name.endsWith("*"));
  return html`<figure><h2>Under corruption</h2>
<p class="lead">${counted(names.length, "corruption")} of ${first.images.toLocaleString("en")} test images each, made from the algorithms and constants of ${raw("CIFAR-10-C, ImageNet-C and CIFAR-10-C-bar")}.</p>
${meanErrors(arms, baseline, levels)}
${armLegend(arms)}<div class="grid wide">${await severityCurves(arms, levels)}</div>
<figcaption>Means over all corruptions shown${comparable(arms) ? ", severity 0 the clean test set" : ""}.${asked(arms)}</figcaption>
<h3>Corruption by corruption</h3><div class="grid wide heat">${await heatMaps(arms, baseline, levels, names)}</div>
<figcaption>${arms.length > 1 ? `First the accuracy of ${baseline.name}, %; then how many points others are above (blue) or below it (orange).` : "Accuracy, %."}${standIn ? " * a procedural texture stands in for the benchmark's photographs." : ""}</figcaption>
<h3>Is it as unsure as it should be?</h3><div class="grid">${await confidencePanels(arms, levels)}</div>
<figcaption>Mean confidence against accuracy, from ${comparable(arms) ? "the clean set" : "severity 1"} (right) to severity 5 (left), means over all corruptions. On the diagonal confidence falls as fast as accuracy; below it the model does not notice how bad its images are.</figcaption>
${strips(arms, names)}</figure>`;
}

/** Whether the clean results are of the same images: a part of them would be another set. */
const comparable = (arms: readonly ReportedArm[]): boolean =>
  arms.every(({ runs }) =>
    runs.every(
      ({ results }) =>
        !results.corruptions || results.sets.find(({ role }) => role === "test")?.images === results.corruptions.images,
    ),
  );

/** How anchored models were asked, where that is not how they were on the clean set. */
function asked(arms: readonly ReportedArm[]): string {
  const references = arms.flatMap(({ runs }) => runs.flatMap(({ results }) => results.corruptions?.references ?? []));
  if (references.length === 0) return "";
  return ` Anchored models answer under ${counted(Math.max(...references), "reference")} here.`;
}

/** Mean errors, and errors relative to the baseline's: two numbers that are often taken for one another. */
function meanErrors(
  arms: readonly ReportedArm[],
  baseline: ReportedArm,
  levels: ReadonlyMap<ReportedArm, readonly Level[]>,
): Html {
  const all = arms.map((arm) =>
    arm.runs.flatMap(({ results }) => (results.corruptions ? [results.corruptions.meanErrors] : [])),
  );
  const names = [...new Set(all.flat().flatMap((errors) => Object.keys(errors)))];
  const means = names.map((name) => [
    `Mean corruption error, ${name}`,
    ...all.map((runs) => {
      const found = meanOf(runs.map((errors) => errors[name]));
      return found ? withSd(found, "%") : "–";
    }),
  ]);
  const alexNet = arms.map((arm) => meanOf(arm.runs.map(({ results }) => results.corruptions?.alexNetMce)));
  if (alexNet.some((one) => one !== undefined))
    means.push(["mCE relative to AlexNet, C, 15 corruptions", ...alexNet.map((one) => (one ? withSd(one, "%") : "–"))]);
  const errorsOf = (arm: ReportedArm) => {
    const errors = new Map<string, number[]>();
    for (const { corruption, severity, accuracy } of levels.get(arm)!) {
      const name = corruption.replace(/\*$/, "");
      const found = errors.get(name) ?? [];
      found[severity - 1] = 1 - accuracy;
      errors.set(name, found);
    }
    return errors;
  };
  const base = Object.fromEntries([...errorsOf(baseline)].map(([name, errors]) => [name, mean(errors)]));
  const relative = names.flatMap((name) => {
    const members = corruptionSets[name.replace(/\*$/, "")];
    const values = arms.map((arm) => relativeCorruptionError(errorsOf(arm), base, members));
    if (arms.length === 1 || values.some((value) => value === undefined)) return [];
    return [[`mCE relative to ${baseline.name}, ${name}`, ...values.map((value) => (100 * value!).toFixed(1))]];
  });
  return dataTable([["%", ...arms.map(({ name }) => name)], ...means, ...relative], "Mean corruption errors");
}

async function severityCurves(
  arms: readonly ReportedArm[],
  levels: ReadonlyMap<ReportedArm, readonly Level[]>,
): Promise<Html[]> {
  const curve = (of: (level: Level) => number, clean: "accuracy" | "smoothEce"): Line[] =>
    arms.map((arm) => {
      const { name, color, dash } = arm;
      const zero = mean(
        arm.runs.flatMap(({ results }) => results.sets.find(({ role }) => role === "test")?.metrics[clean] ?? []),
      );
      const severities = [...new Set(levels.get(arm)!.map(({ severity }) => severity))].sort();
      const at = (severity: number) =>
        mean(
          levels
            .get(arm)!
            .filter((level) => level.severity === severity)
            .map(of),
        );
      return {
        name,
        color,
        dash,
        points: [
          ...(comparable(arms) ? [{ x: 0, y: 100 * zero }] : []),
          ...severities.map((severity) => ({ x: severity, y: 100 * at(severity) })),
        ],
      };
    });
  const draw = (yTitle: string, all: readonly Line[], id: string) =>
    lines(
      all,
      {
        xTitle: "Severity",
        yTitle,
        xValues: [0, 1, 2, 3, 4, 5],
        points: true,
        label: `${yTitle} by severity. ${all.map(({ name, points }) => `${name}: ${points.map(({ y }) => y.toFixed(1)).join(", ")}`).join("; ")}.`,
      },
      id,
    );
  return [
    await draw(
      "Accuracy, %",
      curve(({ accuracy }) => accuracy, "accuracy"),
      "severity-accuracy",
    ),
    await draw(
      "Smoothed ECE, %",
      curve(({ smoothEce }) => smoothEce, "smoothEce"),
      "severity-ece",
    ),
  ];
}

async function heatMaps(
  arms: readonly ReportedArm[],
  baseline: ReportedArm,
  levels: ReadonlyMap<ReportedArm, readonly Level[]>,
  names: readonly string[],
): Promise<Html[]> {
  const rows = names.map(shownName);
  const columns = [...new Set([...levels.values()].flat().map(({ severity }) => String(severity)))].sort();
  const base = levels.get(baseline)!;
  const cellsFor = (level: Level, value: number): HeatCell => ({
    row: shownName(level.corruption),
    column: String(level.severity),
    value,
  });
  const absolute = base.map((level) => cellsFor(level, 100 * level.accuracy));
  const shared = { rows, columns, columnTitle: "Severity" };
  const panels = [
    html`<div class="panel"><h3>${baseline.name}</h3><p>accuracy, %</p>${await heatMap(
      absolute,
      { ...shared, scale: "heat", limit: 100, format: (value) => value.toFixed(0) },
      "heat-base",
      `Accuracy of ${baseline.name} under each corruption and severity, %. The same numbers are in the table below.`,
    )}</div>`,
  ];
  const others = arms.filter((arm) => arm !== baseline);
  const differences = others.map((arm) =>
    levels.get(arm)!.flatMap((level) => {
      const same = base.find(
        ({ corruption, severity }) => corruption === level.corruption && severity === level.severity,
      );
      return same ? cellsFor(level, 100 * (level.accuracy - same.accuracy)) : [];
    }),
  );
  // One scale for all arms, lest a small difference in one look like a large one in another.
  const limit = Math.max(2, ...differences.flat().map(({ value }) => Math.abs(value)));
  for (const [i, arm] of others.entries())
    panels.push(
      html`<div class="panel"><h3>${arm.name}</h3><p>points above or below ${baseline.name}</p>${await heatMap(
        differences[i],
        { ...shared, scale: "diff", limit, format: (value) => points(value / 100) },
        `heat-${i}`,
        `Accuracy of ${arm.name} minus that of ${baseline.name}, in points, under each corruption and severity.`,
      )}</div>`,
    );
  return panels;
}

const confidencePanels = (arms: readonly ReportedArm[], levels: ReadonlyMap<ReportedArm, readonly Level[]>) =>
  Promise.all(
    arms.map(async (arm, i) => {
      const { name, color, dash } = arm;
      const severities = [...new Set(levels.get(arm)!.map(({ severity }) => severity))].sort();
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
          label: `Confidence and accuracy of ${name} from severity 0 up: ${[zero, ...track].map(({ x, y }) => `${x.toFixed(0)} % sure, ${y.toFixed(0)} % right`).join("; ")}.`,
        },
        `confidence-severity-${i}`,
      );
      return html`<div class="panel"><h3>${name}</h3>${svg}</div>`;
    }),
  );

function strips(arms: readonly ReportedArm[], names: readonly string[]): Html | undefined {
  const shown = arms.flatMap(({ runs }) => runs.flatMap(({ corruptionStrips }) => corruptionStrips?.strips ?? []));
  const unique = [...new Map(shown.map((strip) => [strip.corruption, strip])).values()];
  if (unique.length === 0) return undefined;
  return html`<h3>What they look like</h3><ul class="strips">${unique.map(
    ({ corruption, png, severities, side }) =>
      html`<li><span>${shownName(names.includes(`${corruption}*`) ? `${corruption}*` : corruption)}</span><img src="${raw(png)}" width="${side * (severities.length + 1)}" height="${side}" alt="${`A test image, clean and under ${shownName(corruption)} of severity ${severities.join(", ")}`}"></li>`,
  )}</ul><figcaption>The first test image: clean, then by rising severity.</figcaption>`;
}
