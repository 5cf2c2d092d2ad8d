import { duration } from "../core/index.ts";
import { armColorName } from "../core/internal.ts";
import type { Contrast } from "./contrast.ts";
import { type Cells, dataTable, toMarkdown } from "./copyable.ts";
import { dots, intervals } from "./figures/index.ts";
import { withSdOrDash } from "./format.ts";
import { type Html, html, raw } from "./html.ts";
import type { StudySummary, SummaryArm, SummaryMeasure } from "./study-summary.ts";
import { style } from "./style.ts";

const column = ({ title, unit }: SummaryMeasure): string => (unit ? `${title}, ${unit}` : title);

/** Measures of one group, e.g. of one image set, keep to one table. */
const groupsOf = ({ measures }: StudySummary): string[] => [...new Set(measures.map(({ group }) => group))];

const places = ({ measures }: StudySummary, group: string): number[] =>
  measures.flatMap((measure, place) => (measure.group === group ? [place] : []));

/** A row an arm that was measured so: mean ± standard deviation over seeds. */
export function valueCells(summary: StudySummary, group: string): Cells {
  const columns = places(summary, group);
  return [
    ["arm", "seeds", ...columns.map((place) => column(summary.measures[place]))],
    ...summary.arms
      .filter(({ values }) => columns.some((place) => values[place]))
      .map(({ name, seeds, values }) => [
        name,
        seedsCell(summary, name, seeds.length),
        ...columns.map((place) => withSdOrDash(values[place], summary.measures[place].unit)),
      ]),
  ];
}

function seedsCell({ diverged }: StudySummary, name: string, seeds: number): string {
  const lost = diverged.filter(({ arm, tried }) => arm === name && tried === undefined).length;
  return lost > 0 ? `${seeds}, ${lost} diverged` : String(seeds);
}

/** A row an arm: the paired difference to a baseline with its 95 % interval. */
export function differenceCells(summary: StudySummary, group: string, baseline: string): Cells {
  const columns = places(summary, group);
  return [
    [`arm − ${baseline}`, ...columns.map((place) => column(summary.measures[place]))],
    ...summary.arms.flatMap(({ name, against: { [baseline]: differences } }) =>
      differences ? [[name, ...columns.map((place) => shown(differences[place], summary.measures[place]))]] : [],
    ),
  ];
}

/** Cost of each arm, and what was chosen for it. */
export function costCells({ arms }: StudySummary): Cells {
  return [
    ["arm", "training", "ms a step", "chosen on validation"],
    ...arms.map(({ name, trainingSeconds, millisecondsPerStep, chosen }) => [
      name,
      duration(trainingSeconds),
      millisecondsPerStep === undefined ? "–" : millisecondsPerStep.toFixed(1),
      chosen ?? "–",
    ]),
  ];
}

/** Runs without results, those of the choices included. */
export function divergedCells({ diverged }: StudySummary): Cells {
  return [
    ["arm", "seed", "tried", "what happened"],
    ...diverged.map(({ arm, seed, tried, message }) => [arm, String(seed), tried ?? "–", message]),
  ];
}

function shown(contrast: Contrast | undefined, { unit }: SummaryMeasure): string {
  if (!contrast) return "–";
  const show = (value: number) => (unit === "%" ? (100 * value).toFixed(1) : value.toFixed(3));
  const { difference, interval, over } = contrast;
  const sign = difference > 0 ? "+" : "";
  const around = interval ? ` [${show(interval[0])}, ${show(interval[1])}]` : "";
  const ofImages = over === "images" ? ", images" : "";
  return `${sign}${show(difference)}${around}${ofImages}${isTie(contrast) ? ", tie" : ""}`.replaceAll("-", "−");
}

const isTie = ({ interval }: Contrast): boolean => interval !== undefined && interval[0] <= 0 && interval[1] >= 0;

const TIE = "An interval that holds 0 is a tie, and of twenty one misses by chance.";
const keys = {
  seeds: `Mean ± standard deviation over seeds. Differences are those of a report: paired by seed, with the 95 % interval of Student's t; of one seed, marked “images”, over the choice of the test images, which says nothing of another seed. ${TIE}`,
  images: `Mean ± standard deviation over seeds. Differences with the 95 % interval of the bootstrap over the images of all seeds together, marked “images”; of measures that are no means over images paired by seed, with that of Student's t. ${TIE}`,
};

const facts = ({ date, machine, command }: StudySummary): string =>
  `${date.slice(0, 10)} · ${machine.cpu}, ${machine.cores} cores · ${command}`;

/** Baselines against which a group has any difference. */
const comparedIn = (summary: StudySummary, group: string): string[] =>
  summary.baselines.filter((baseline) =>
    summary.arms.some(({ against }) => places(summary, group).some((place) => against[baseline]?.[place])),
  );

/**
 * `study.md`
 * @example
 * const masking = await readStudy("my-study.mjs");
 * const summary = await writeOutcome(masking, { out: "studies/mine", seeds: 3, command: "anchored study my-study.mjs" });
 * if (summary) console.log(studyMarkdown(summary));
 */
export function studyMarkdown(summary: StudySummary): string {
  const { title } = summary;
  const parts = [
    `# ${title}`,
    facts(summary),
    ...summary.notices.map((notice) => `**${notice}.**`),
    keys[summary.intervalsOver],
  ];
  for (const group of groupsOf(summary)) {
    parts.push(
      `## ${group}`,
      ...[meaningOf(summary, group).trim()].filter(Boolean),
      toMarkdown(valueCells(summary, group)),
    );
    for (const baseline of comparedIn(summary, group))
      parts.push(toMarkdown(differenceCells(summary, group, baseline)));
  }
  parts.push("## Cost and choices", toMarkdown(costCells(summary)));
  if (summary.diverged.length > 0) parts.push("## Diverged", toMarkdown(divergedCells(summary)));
  return `${parts.join("\n\n")}\n`;
}

/** `study.html`, self-contained. */
export async function studyPage(summary: StudySummary): Promise<string> {
  const { title } = summary;
  const sections: Html[] = [];
  for (const [i, group] of groupsOf(summary).entries())
    sections.push(
      html`<figure><h2>${group}</h2><div class="grid wide">${await panels(summary, group, `group${i}`)}</div>
${dataTable(valueCells(summary, group), group)}
${comparedIn(summary, group).map((baseline) => html`<h3>Against ${baseline}</h3>${dataTable(differenceCells(summary, group, baseline), `${group}, against ${baseline}`)}`)}
<figcaption>${meaningOf(summary, group)}${keys[summary.intervalsOver]}</figcaption></figure>`,
    );
  return html`${raw("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>${raw(style)}</style></head>
<body><header><p class="brand">Anchored · study</p><h1>${title}</h1><p class="facts">${facts(summary)}</p>${summary.notices.map((notice) => html`<p><strong>${notice}.</strong></p>`)}</header>
<main>${sections}<section><h2>Cost and choices</h2>${dataTable(costCells(summary), "Cost and choices")}</section>
${summary.diverged.length > 0 ? html`<section><h2>Diverged</h2>${dataTable(divergedCells(summary), "Diverged")}</section>` : ""}</main>
<footer>Written by anchored-vision from the run folders alone.</footer></body></html>
`.markup;
}

/** What a group's columns have in common, where that is all there is to say of them. */
function meaningOf(summary: StudySummary, group: string): string {
  const meanings = new Set(places(summary, group).map((place) => summary.measures[place].meaning));
  return meanings.size === 1 ? `${[...meanings][0]} ` : "";
}

/** The first measure of a group that is not the same for all. */
function drawnPlace(summary: StudySummary, group: string): number {
  const all = places(summary, group);
  const varies = (place: number) => new Set(summary.arms.flatMap(({ values }) => values[place]?.values ?? [])).size > 1;
  return all.find(varies) ?? all[0];
}

const inWords = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(", ");

/** One measure of a group as dots, a seed each, and as differences to each baseline. */
async function panels(summary: StudySummary, group: string, id: string): Promise<Html[]> {
  const place = drawnPlace(summary, group);
  const measure = summary.measures[place];
  const scale = measure.unit === "%" ? 100 : 1;
  const color = (arm: SummaryArm) => `var(--${armColorName(summary.arms.indexOf(arm))})`;
  const better = measure.better && `further ${measure.better === "higher" ? "right" : "left"} is better`;
  const rows = summary.arms.flatMap((arm) => {
    const { name, values } = arm;
    const own = values[place]?.values.map((value) => scale * value);
    return own ? [{ arm: name, color: color(arm), shape: "circle", values: own }] : [];
  });
  if (rows.length === 0) return [];
  const axis = inWords(measure.unit, better);
  const drawn = [
    html`<div class="panel"><h3>${column(measure)}</h3>${await dots(rows, measure.title, axis, id)}</div>`,
  ];
  for (const [i, baseline] of summary.baselines.entries()) {
    const differences = summary.arms.flatMap((arm) => {
      const comparison = arm.against[baseline]?.[place];
      if (!comparison) return [];
      const { difference, interval } = comparison;
      const ends = interval ? { low: scale * interval[0], high: scale * interval[1] } : {};
      return [{ name: arm.name, color: color(arm), value: scale * difference, ...ends }];
    });
    if (differences.length === 0) continue;
    const heading = `${measure.title} minus that of ${baseline}`;
    const points = inWords(measure.unit && "points", better);
    drawn.push(
      html`<div class="panel"><h3>${heading}</h3>${await intervals(differences, heading, points, `${id}-${i}`)}</div>`,
    );
  }
  return drawn;
}
