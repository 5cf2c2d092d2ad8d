import type { OodScoreResults, OodScoreRow } from "../evaluate/index.ts";
import { foreignGroups } from "../evaluate/internal.ts";
import { meanOf } from "./format.ts";
import type { ReportedArm } from "./study.ts";

/** A column of the matrix: a foreign set, or the mean over the near or the far ones. */
export interface OodColumn {
  readonly title: string;
  /** What lies in this column of a score's row, of one run. */
  readonly of: (row: OodScoreRow) => OodMeasures | undefined;
}

export interface OodMeasures {
  readonly auroc: number;
  readonly interval?: readonly [number, number] | readonly number[];
  readonly fpr95In: number;
  readonly fpr95Out: number;
  readonly auprIn: number;
  readonly auprOut: number;
  readonly auprInTrapezoid?: number;
  readonly auprOutTrapezoid?: number;
  readonly fullSpectrum?: number;
}

/** The near sets and their mean, the far ones and theirs, then those of which nobody says it. No mean is over all. */
export function oodColumns({ sets }: OodScoreResults): OodColumn[] {
  const column = (set: string): OodColumn => ({
    title: set.replace(/\/test$/, ""),
    of: ({ cells }) => cells.find((cell) => cell.set === set) as OodMeasures | undefined,
  });
  const grouped = foreignGroups.flatMap((group) => {
    const own = sets.filter((one) => one.group === group).map(({ set }) => column(set));
    const mean: OodColumn = { title: `mean of ${group}`, of: ({ means }) => means?.[group] };
    return own.length > 1 ? [...own, mean] : own;
  });
  return [...grouped, ...sets.filter(({ group }) => !group).map(({ set }) => column(set))];
}

/** What must stay known: a set of images, or all kinds of corruption at a severity. */
export interface KeptColumn {
  readonly title: string;
  /** The share of it that a score rejects. */
  readonly of: (row: OodScoreRow | undefined) => number | undefined;
}

/** The test set, shifted sets, then corruptions by severity. */
export function keptColumns({ scores }: OodScoreResults): KeptColumn[] {
  const sets = [...new Set(scores.flatMap(({ rejected }) => rejected.map(({ set }) => set)))];
  const severities = new Set(
    scores.flatMap(({ rejectedCorrupted = [] }) => rejectedCorrupted.map((one) => one.severity)),
  );
  return [
    ...sets.map((set) => ({
      title: set,
      of: (row?: OodScoreRow) => row?.rejected.find((one) => one.set === set)?.share,
    })),
    ...[...severities].sort().map((severity) => ({
      title: `severity ${severity}`,
      of: (row?: OodScoreRow) => row?.rejectedCorrupted?.find((one) => one.severity === severity)?.share,
    })),
  ];
}

/** Scores of an arm's runs, of which every run has the same; `undefined` where none were asked for. */
export function oodScoresOf({ runs }: ReportedArm): readonly OodScoreResults[] | undefined {
  const all = runs.flatMap(({ results }) => results.oodScores ?? []);
  return all.length > 0 ? all : undefined;
}

const kinds = ["prediction", "both", "distance"] as const;

/** In words, what a score sees. */
export const kindInWords: Readonly<Record<OodScoreRow["kind"], string>> = {
  prediction: "the prediction",
  both: "both",
  distance: "distance to the training's features",
};

/** Rows by what they see, those of the prediction first. */
export const byKind = (rows: readonly OodScoreRow[]): OodScoreRow[] =>
  kinds.flatMap((kind) => rows.filter((row) => row.kind === kind));

/** The rows that some foreign set was judged by, by what they see. */
export const judgedRows = ({ scores }: OodScoreResults): OodScoreRow[] =>
  byKind(scores).filter(({ cells }) => cells.length > 0);

/** What tables call a score; * where it was named before any number was seen. */
export const starred = ({ headline }: OodScoreResults, { score, short }: OodScoreRow): string =>
  headline.includes(score) ? `${short} *` : short;

/** The mean over seeds of one number of one cell. */
export const cellMean = (
  all: readonly OodScoreResults[],
  score: string,
  column: OodColumn,
  of: (measures: OodMeasures) => number | undefined,
) =>
  meanOf(
    all.map(({ scores }) => {
      const row = scores.find((one) => one.score === score);
      const measures = row && column.of(row);
      return measures && of(measures);
    }),
  );
