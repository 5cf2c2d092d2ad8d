import { textTable } from "../../core/index.ts";
import type { OodScoreResults, OodScoreRow } from "../../evaluate/index.ts";
import { judgedRows, keptColumns, oodColumns, starred } from "../ood-matrix.ts";

const inPercent = (share: number | undefined): string => (share === undefined ? "–" : (100 * share).toFixed(1));

/** Scores down, foreign sets across: AUROC; below it how much of what must stay known is rejected. */
export function oodScoresText(results: OodScoreResults): string {
  const rows = judgedRows(results);
  const [columns, kept] = [oodColumns(results), keptColumns(results)];
  const label = (row: OodScoreRow) => starred(results, row);
  return [
    textTable([
      ["AUROC, %; * named beforehand", "sees", ...columns.map(({ title }) => title)],
      ...rows.map((row) => [label(row), row.kind, ...columns.map(({ of }) => inPercent(of(row)?.auroc))]),
    ]),
    ...(kept.length > 0
      ? [
          textTable([
            [`% rejected, 95 % of ${results.thresholdFrom} kept`, ...kept.map(({ title }) => title)],
            ...rows.map((row) => [label(row), ...kept.map(({ of }) => inPercent(of(row)))]),
          ]),
        ]
      : []),
  ].join("\n\n");
}
