import { existsSync } from "node:fs";
import { runPaths } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { taskOf } from "../run/internal.ts";
import { Diverged } from "../train/index.ts";
import { askCell, isAsked } from "./asked-cell.ts";
import type { Cell, TrainedCell } from "./cell.ts";
import { candidates, choose, divergedPath, isChosen, isDiverged } from "./choose.ts";
import { combineCell, isCombined } from "./ensemble-cell.ts";
import { interpolateCell, isInterpolated } from "./interpolated-cell.ts";
import { isNamed, nameCell } from "./named-cell.ts";
import { cellOf, choiceOf, orderedArms, type PlanOptions, rounds } from "./plan.ts";
import {
  isJudged,
  isTrained,
  type PlanListener,
  type PlanProgress,
  trainAndJudge,
  trainPlanned,
} from "./planned-run.ts";
import { isProbed, probeCell } from "./probe-cell.ts";
import { isSampled, sampleCell } from "./samples-cell.ts";
import { shareOut, unlessHeld } from "./share-out.ts";
import type { Study, StudyJudge } from "./study.ts";

export interface StudyOptions extends PlanOptions, PlanListener {
  readonly seeds?: number;
  /** Arms; all where absent. */
  readonly only?: readonly string[];
  readonly maxSteps?: number;
  readonly dataDir?: string;
  /** As of `trainAndJudge`. */
  readonly changedData?: boolean;
}

/**
 * Trains and judges every cell that is not finished: first the candidates of the arms' choices, then seed by seed, so
 * that an early stop leaves whole comparisons. Call it again to go on. Several processes may work on one study, on one machine
 * or on several that share its folder: each takes what no other is at, and ends when all is done.
 * @example
 * await runStudy(studies.oat, { out: "studies/oat", seeds: 5, threads: 1, onNotice: console.log }); // goes on where it stopped
 */
export async function runStudy(study: Study, options: StudyOptions): Promise<void> {
  const { seeds = study.seeds, maxSteps, dataDir, changedData, onNotice, onProgress, onTraining, signal } = options;
  const arms = orderedArms(study, options.only);

  const work = <C extends Cell>(
    cells: readonly C[],
    what: string,
    each: (cell: C, progress: PlanProgress) => Promise<void>,
  ) =>
    shareOut(cells, signal, async (cell, i) => {
      const label = `[${what} ${i + 1}/${cells.length}] ${cell.name}`;
      const progress = { label, maxSteps, dataDir, changedData, onNotice, onProgress, onTraining, signal };
      const holder = await unlessHeld(cell, () => tolerant(cell, progress, () => each(cell, progress)));
      return holder === undefined ? undefined : () => onNotice?.(`${label}: left to ${holder}, which is at it`);
    });

  const judge = { ...study.judge, threads: options.threads };
  const judgeCell = async (cell: Cell, progress: PlanProgress) => {
    const { isDone, work } = workOn(cell, judge, progress);
    if (isDone()) onNotice?.(`${progress.label}: finished before`);
    else await work();
  };
  const tryOut = async (cell: TrainedCell, progress: PlanProgress) => {
    if (!(await isChosen(cell, options)) && !isTrained(cell, maxSteps)) await trainPlanned(cell, progress);
  };

  // First the arms that start afresh, then those that start from these, and so on.
  for (const round of rounds(study, arms)) {
    const tried = round.flatMap((arm) => candidates(study, arm, options));
    await work(tried, "choice", tryOut);
    if (signal?.aborted) return;
    const chosen = new Map<string, number | undefined>();
    for (const arm of round) chosen.set(arm, choiceOf(study, arm) && (await choose(study, arm, options)));
    const able = round.filter((arm) => !choiceOf(study, arm) || chosen.get(arm) !== undefined);
    for (const arm of round) if (!able.includes(arm)) onNotice?.(`${arm}: every candidate diverged; left out`);
    const cells = Array.from({ length: seeds }, (_, seed) =>
      able.map((arm) => cellOf(study, arm, seed, chosen.get(arm), options)),
    )
      .flat()
      .filter((cell) => neededRuns(cell).every((run) => existsSync(runPaths(run).checkpoint) && !isDiverged(run)));
    const ensembles = cells.filter((cell) => cell.kind === "ensemble");
    await work(
      cells.filter((cell) => cell.kind !== "ensemble"),
      "run",
      judgeCell,
    );
    await work(distinct(ensembles.flatMap(({ others }) => others)), "member", judgeCell);
    if (signal?.aborted) return;
    const whole = ensembles.filter(({ others }) => others.every(({ run }) => !isDiverged(run)));
    await work(whole, "ensemble", judgeCell);
    if (signal?.aborted) return;
  }
}

/**
 * How many cells a study has, each an arm with a seed: more processes than that have never all something to do.
 * @example
 * console.log(studyCells(studies.masking, { seeds: 3, only: ["standard"] })); // 3
 */
export const studyCells = (study: Study, { seeds = study.seeds, only }: Pick<StudyOptions, "seeds" | "only"> = {}) =>
  seeds * orderedArms(study, only).length;

/** The runs of other arms that a cell is made of. */
const neededRuns = (cell: Cell): string[] =>
  [cell.needs, cell.kind === "interpolated" ? cell.from : undefined].filter((run) => run !== undefined);

/** Ensembles of one arm have members in common. */
const distinct = (cells: readonly TrainedCell[]): TrainedCell[] => [
  ...new Map(cells.map((cell) => [cell.run, cell])).values(),
];

/** What each kind of cell is done by. */
function workOn(
  cell: Cell,
  judge: StudyJudge,
  progress: PlanProgress,
): { readonly isDone: () => boolean; readonly work: () => Promise<void> } {
  const { k, threads } = judge;
  switch (cell.kind) {
    case "trained":
      return taskOf(cell.config) === "contrastive"
        ? {
            isDone: () => isTrained(cell, progress.maxSteps),
            work: async () => void (await trainPlanned(cell, progress)),
          }
        : { isDone: () => isJudged(cell, progress.maxSteps), work: () => trainAndJudge(cell, progress, judge) };
    case "probe":
      return { isDone: () => isProbed(cell, { k }), work: () => probeCell(cell, progress, { k, threads }) };
    case "asked":
      return { isDone: () => isAsked(cell, judge), work: () => askCell(cell, progress, judge) };
    case "ensemble":
      return { isDone: () => isCombined(cell, judge), work: () => combineCell(cell, progress, judge) };
    case "samples":
      return { isDone: () => isSampled(cell, judge), work: () => sampleCell(cell, progress, judge) };
    case "named":
      return { isDone: () => isNamed(cell, judge), work: () => nameCell(cell, progress, judge) };
    case "interpolated":
      return { isDone: () => isInterpolated(cell, judge), work: () => interpolateCell(cell, progress, judge) };
  }
}

/** A cell that diverges is marked and left out; its study goes on. */
async function tolerant({ run }: Cell, { label, onNotice }: PlanProgress, work: () => Promise<void>): Promise<void> {
  if (isDiverged(run)) return onNotice?.(`${label}: diverged before`);
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    onNotice?.(`${label}: ${error.message}`);
    writeFileAtomic(divergedPath(run), `${error.message}\n`);
  }
}
