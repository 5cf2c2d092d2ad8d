import { type Cells, dataTable } from "../copyable.ts";
import { heatMap } from "../figures/index.ts";
import { type Html, html } from "../html.ts";
import { type Confusion, classAccuracies, confusion, totals, worstMistakes } from "../mistakes.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** More classes than this would make a matrix that nobody can read. */
const LARGEST_MATRIX = 20;
const SHOWN_PAIRS = 15;
const SHOWN_CLASSES = 10;

const roles = [
  { role: "test", title: "clean test images" },
  { role: "corruption", title: "corrupted images, all corruptions and severities together" },
] as const;

interface Judged {
  readonly arm: ReportedArm;
  readonly matrix: Confusion;
}

/** Per-class accuracy, and which classes are taken for one another; `undefined` without stored predictions. */
export async function mistakes(study: ReportedStudy): Promise<Html | undefined> {
  const blocks: Html[] = [];
  for (const { role, title } of roles) {
    const judged = study.arms.flatMap((arm): Judged[] => {
      const matrix = confusion(arm, role);
      return matrix ? [{ arm, matrix }] : [];
    });
    if (judged.length === 0) continue;
    const name = classNamer(study);
    blocks.push(html`<h3>On ${title}</h3>${await confused(judged, name, role)}${classTable(judged, name, title)}`);
  }
  if (blocks.length === 0) return undefined;
  return html`<figure>${blocks}
<figcaption>In a matrix a row is a true class and a column what was answered, in % of the row's images; the diagonal, right answers, is not coloured. Colours go up to the commonest mistake of all arms. Seeds of an arm are added up. With few images a class its accuracy moves by chance: intervals are in the tables of whole sets.</figcaption></figure>`;
}

/** Names of the classes where the run has them, else their numbers. */
function classNamer({ arms }: ReportedStudy): (k: number) => string {
  const names = arms.flatMap(({ runs }) => runs.flatMap(({ classNames }) => (classNames ? [classNames] : [])))[0];
  return (k) => names?.[k] ?? String(k);
}

async function confused(judged: readonly Judged[], name: (k: number) => string, id: string): Promise<Html> {
  if (judged[0].matrix.classes > LARGEST_MATRIX)
    return html`<p class="note">Of ${judged[0].matrix.classes} classes, the ${SHOWN_PAIRS} pairs that are mistaken most; a matrix of all would be too large to read.</p>${judged.map(
      ({ arm, matrix }) =>
        html`<h4>${arm.name}</h4>${dataTable(pairCells(matrix, name), `Most confused pairs of ${arm.name}`)}`,
    )}`;
  const limit = Math.max(...judged.map(({ matrix }) => 100 * (worstMistakes(matrix)[0]?.share ?? 0)), 0.1);
  const panels: Html[] = [];
  for (const [i, { arm, matrix }] of judged.entries())
    panels.push(
      html`<div class="panel"><h3>${arm.name}</h3>${await matrixOf(matrix, name, limit, `confusion-${id}-${i}`, arm.name)}</div>`,
    );
  return html`<div class="grid wide">${panels}</div>`;
}

function matrixOf(matrix: Confusion, name: (k: number) => string, limit: number, id: string, arm: string) {
  const { classes, counts } = matrix;
  const sums = totals(matrix);
  const labels = Array.from({ length: classes }, (_, k) => name(k));
  const cells = Array.from(counts, (count, place) => {
    const [row, column] = [Math.floor(place / classes), place % classes];
    return {
      row: labels[row],
      column: labels[column],
      value: (100 * count) / (sums[row] || 1),
      plain: row === column,
    };
  });
  const [worst] = worstMistakes(matrix);
  const said = worst ? `the commonest mistake is ${labels[worst.label]} taken for ${labels[worst.predicted]}` : "none";
  return heatMap(
    cells,
    {
      rows: labels,
      columns: labels,
      columnTitle: "Answered",
      scale: "heat",
      limit,
      format: (value) => (value === 0 ? "" : value < 0.05 ? "·" : value.toFixed(value < 10 ? 1 : 0)),
      ...(Math.max(...labels.map(({ length }) => length)) <= 3 ? { left: 34, cell: 34 } : { left: 100, upright: true }),
    },
    id,
    `Confusion matrix of ${arm}, % of each true class: ${said}.`,
  );
}

const pairCells = (matrix: Confusion, name: (k: number) => string): Cells => [
  ["is", "taken for", "images", "% of its class"],
  ...worstMistakes(matrix)
    .slice(0, SHOWN_PAIRS)
    .map(({ label, predicted, count, share }) => [
      name(label),
      name(predicted),
      String(count),
      (100 * share).toFixed(1),
    ]),
];

/** Accuracy of each class by arm; of many classes, those that the first arm is worst at. */
function classTable(judged: readonly Judged[], name: (k: number) => string, title: string): Html {
  const [{ arm: first, matrix }] = judged;
  const { classes } = matrix;
  // Every seed is asked about the same images.
  const images = totals(matrix).map((total) => total / first.runs.length);
  const all = judged.map(({ matrix }) => classAccuracies(matrix));
  const known = Array.from({ length: classes }, (_, k) => k).filter((k) => all[0][k] !== undefined);
  const many = classes > LARGEST_MATRIX;
  const shown = many ? [...known].sort((a, b) => all[0][a]! - all[0][b]!).slice(0, SHOWN_CLASSES) : known;
  const text = (share: number | undefined) => (share === undefined ? "–" : (100 * share).toFixed(1));
  const rows = shown.map((k) => [name(k), String(images[k]), ...all.map((arm) => text(arm[k]))]);
  return html`<h4>Accuracy by class, %</h4>${
    many && html`<p class="note">Of ${classes} classes the ${SHOWN_CLASSES} that ${first.name} is worst at.</p>`
  }${dataTable([["class", "images", ...judged.map(({ arm }) => arm.name)], ...rows], `Accuracy by class on ${title}`)}`;
}
