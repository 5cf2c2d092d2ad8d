import { corruptionSets, relativeCorruptionError } from "../../evaluate/index.ts";
import { dataTable } from "../copyable.ts";
import { type Level, type Levels, levelsByArm, mean, shownName } from "../corruption-levels.ts";
import { type HeatCell, heatMap } from "../figures/index.ts";
import { counted, meanOf, points, withSdOrDash } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** Everything on corrupted images; `undefined` where no run was judged on them. */
export async function underCorruption(study: ReportedStudy): Promise<Html | undefined> {
  const levels = levelsByArm(study);
  const arms = [...levels.keys()];
  if (arms.length === 0) return undefined;
  const first = arms[0].runs.find(({ results }) => results.corruptions)!.results.corruptions!;
  const baseline = arms.includes(study.baseline) ? study.baseline : arms[0];
  const names = [...new Set([...levels.values()].flat().map(({ corruption }) => corruption))];
  const standIn = names.some((name) => name.endsWith("*"));
  return html`<figure>
<p class="lead">${counted(names.length, "corruption")} of ${first.images.toLocaleString("en")} test images each, made from the algorithms and constants of CIFAR-10-C, ImageNet-C and CIFAR-10-C-bar.</p>
${meanErrors(arms, baseline, levels)}
<h3>Corruption by corruption</h3><div class="grid wide heat">${await heatMaps(arms, baseline, levels, names)}</div>
<figcaption>${arms.length > 1 ? `First the accuracy of ${baseline.name}, %; then how many points others are above (blue) or below it (orange).` : "Accuracy, %."}${standIn ? " * a procedural texture stands in for the benchmark's photographs." : ""}</figcaption>
${strips(arms, names)}</figure>`;
}

/** Mean errors, and errors relative to the baseline's: two numbers that are often taken for one another. */
function meanErrors(arms: readonly ReportedArm[], baseline: ReportedArm, levels: Levels): Html {
  const all = arms.map((arm) =>
    arm.runs.flatMap(({ results }) => (results.corruptions ? [results.corruptions.meanErrors] : [])),
  );
  const names = [...new Set(all.flat().flatMap((errors) => Object.keys(errors)))];
  const means = names.map((name) => [
    `Mean corruption error, ${name}`,
    ...all.map((runs) => withSdOrDash(meanOf(runs.map((errors) => errors[name])), "%")),
  ]);
  const alexNet = arms.map((arm) => meanOf(arm.runs.map(({ results }) => results.corruptions?.alexNetMce)));
  if (alexNet.some((one) => one !== undefined))
    means.push(["mCE relative to AlexNet, C, 15 corruptions", ...alexNet.map((one) => withSdOrDash(one, "%"))]);
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

async function heatMaps(
  arms: readonly ReportedArm[],
  baseline: ReportedArm,
  levels: Levels,
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

function strips(arms: readonly ReportedArm[], names: readonly string[]): Html | undefined {
  const shown = arms.flatMap(({ runs }) => runs.flatMap(({ corruptionStrips }) => corruptionStrips?.strips ?? []));
  const unique = [...new Map(shown.map((strip) => [strip.corruption, strip])).values()];
  if (unique.length === 0) return undefined;
  return html`<h3>What they look like</h3><ul class="strips">${unique.map(
    ({ corruption, png, severities, side }) =>
      html`<li><span>${shownName(names.includes(`${corruption}*`) ? `${corruption}*` : corruption)}</span><img src="${raw(png)}" width="${side * (severities.length + 1)}" height="${side}" alt="${`A test image, clean and under ${shownName(corruption)} of severity ${severities.join(", ")}`}"></li>`,
  )}</ul><figcaption>The first test image: clean, then by rising severity.</figcaption>`;
}
