import type { OodScoreResults, OodScoreRow } from "../../evaluate/index.ts";
import { dataTable } from "../copyable.ts";
import { type HeatCell, heatMap } from "../figures/index.ts";
import { counted, listing, meanOf, withSd } from "../format.ts";
import { type Html, html } from "../html.ts";
import {
  byKind,
  cellMean,
  judgedRows,
  keptColumns,
  kindInWords,
  type OodColumn,
  type OodMeasures,
  oodColumns,
  oodScoresOf,
  starred,
} from "../ood-matrix.ts";
import type { ReportedArm, ReportedStudy } from "../study.ts";

/** Scores down, foreign sets across, arm by arm; `undefined` where no scores were asked for. */
export async function oodMatrix({ arms }: Pick<ReportedStudy, "arms">): Promise<Html | undefined> {
  const blocks: Html[] = [];
  for (const [i, arm] of arms.entries()) {
    const all = oodScoresOf(arm);
    if (all) blocks.push(await armMatrix(arm, all, `ood-scores-${i}`));
  }
  if (blocks.length === 0) return undefined;
  return html`<h3>Score by score</h3>${blocks}
<p>AUROC in %, coloured about 50, which is a guess: blue tells foreign pictures from known ones, orange takes them for better known than the known ones. * was named before any number was seen; all others are there to be compared, and choosing among them by these numbers makes them too good.</p>`;
}

async function armMatrix({ name }: ReportedArm, all: readonly OodScoreResults[], id: string): Promise<Html> {
  const [first] = all;
  const columns = oodColumns(first);
  const rows = judgedRows(first);
  const label = (row: OodScoreRow) => starred(first, row);
  const cells = rows.flatMap((row) =>
    columns.flatMap((column): HeatCell[] => {
      const found = cellMean(all, row.score, column, ({ auroc }) => auroc);
      return found ? [{ row: label(row), column: column.title, value: 100 * found.mean - 50 }] : [];
    }),
  );
  if (cells.length === 0) return html`<p>${name}: no score could be had of these sets. ${whyAbsent(first)}</p>`;
  const drawn = await heatMap(
    cells,
    {
      rows: rows.map(label),
      columns: columns.map(({ title }) => title),
      columnTitle: "",
      scale: "diff",
      limit: 50,
      format: (value) => (value + 50).toFixed(0),
      upright: true,
      left: 215,
    },
    id,
    `AUROC of each score against each foreign set, of ${name}, %. The same numbers are in the table below.`,
  );
  return html`<div class="panel"><h3>${name}</h3>${drawn}</div>
${keptTable(all, rows)}
<details><summary>${name}: every measure, with intervals; parameters; what is missing</summary>
${measureTables(all, columns, rows)}${parameterTable(first)}<p>${bankInWords(first)} ${whyAbsent(first)}</p></details>`;
}

const shown: readonly (readonly [title: string, of: (measures: OodMeasures) => number | undefined])[] = [
  ["AUROC", ({ auroc }) => auroc],
  ["AUROC, shifted known pictures on the known side (full spectrum)", ({ fullSpectrum }) => fullSpectrum],
  ["FPR95 (ODIN's and OpenOOD 1.0's): foreign accepted where 95 % of the known are", ({ fpr95In }) => fpr95In],
  [
    "FPR95, roles swapped (OpenOOD 1.5's): known rejected where 95 % of the foreign are found",
    ({ fpr95Out }) => fpr95Out,
  ],
  ["AUPR by trapezoid (OpenOOD's), known positive", ({ auprInTrapezoid }) => auprInTrapezoid],
  ["AUPR by trapezoid (OpenOOD's), foreign positive", ({ auprOutTrapezoid }) => auprOutTrapezoid],
  ["Average precision, known positive", ({ auprIn }) => auprIn],
  ["Average precision, foreign positive", ({ auprOut }) => auprOut],
];

function measureTables(
  all: readonly OodScoreResults[],
  columns: readonly OodColumn[],
  rows: readonly OodScoreRow[],
): Html[] {
  return shown.flatMap(([title, of]) => {
    const body = rows.map((row) => [
      row.short,
      ...columns.map((column) => {
        const found = cellMean(all, row.score, column, of);
        if (!found) return "–";
        const interval = title === "AUROC" && all.length === 1 ? column.of(row)?.interval : undefined;
        const [lower, upper] = (interval ?? []).map((value) => (100 * value).toFixed(1));
        return `${withSd(found, "%")}${interval ? ` [${lower}, ${upper}]` : ""}`;
      }),
    ]);
    if (body.every(([, ...values]) => values.every((value) => value === "–"))) return [];
    return [html`<h4>${title}, %</h4>${dataTable([["%", ...columns.map((column) => column.title)], ...body], title)}`];
  });
}

/** What must stay known, shifted and corrupted too: how much of it is rejected. */
function keptTable(all: readonly OodScoreResults[], rows: readonly OodScoreRow[]): Html | undefined {
  const columns = keptColumns(all[0]);
  if (columns.length === 0) return undefined;
  const body = rows.map((row) => [
    row.short,
    ...columns.map(({ of }) => {
      const found = meanOf(all.map(({ scores }) => of(scores.find(({ score }) => score === row.score))));
      return found ? (100 * found.mean).toFixed(1) : "–";
    }),
  ]);
  const title = `Must stay known: share rejected by the threshold that keeps 95 % of ${all[0].thresholdFrom}`;
  const kinds = all[0].corrupted ? " Under corruption the mean over its kinds, at each severity." : "";
  return html`<h4>${title}, %</h4>${dataTable([["%", ...columns.map((column) => column.title)], ...body], title)}<p>About 5 belong here; more is a known thing that is taken for foreign.${kinds}</p>`;
}

function parameterTable({ scores }: OodScoreResults): Html {
  const rows = byKind(scores).map(({ short, title, kind, parameters, parametersFrom }) => [
    short,
    title,
    kindInWords[kind],
    Object.entries(parameters ?? {})
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(", ") || "–",
    Object.keys(parameters ?? {}).length > 0 ? (parametersFrom ?? "–") : "–",
  ]);
  return html`<h4>Scores</h4>${dataTable([["by", "score", "sees", "parameters", "they are"], ...rows], "Scores and their parameters")}`;
}

function bankInWords({ bank }: OodScoreResults): string {
  if (!bank) return "No features of training pictures were given.";
  const part = bank.images < bank.of ? `, of ${bank.of.toLocaleString("en")}, always the same` : "";
  const labels =
    bank.labels === "predicted" ? " Their labels are noisy by design, so the predicted classes stand in." : "";
  return `Fitted on ${counted(bank.images, "training picture")} without augmentation${part}.${labels}`;
}

function whyAbsent({ scores }: OodScoreResults): string {
  const lines = scores.flatMap(({ short, absent }) => (absent ? [`${short} (${listing(absent)})`] : []));
  return lines.length > 0 ? `Left out: ${lines.join("; ")}.` : "";
}
