import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { runPaths } from "../files/index.ts";
import { withLock, writeFileAtomic } from "../files/internal.ts";
import { readMetrics } from "../run/index.ts";
import type { TrainedCell } from "./cell.ts";
import { candidateOf, cellRun, choosingArm, type PlanOptions } from "./plan.ts";
import type { Study } from "./study.ts";

/** A value that was tried, `choice.json` of an arm. */
export interface Candidate {
  readonly value: number;
  /** At the end of training, one a seed; null where it diverged. */
  readonly validationAccuracy: readonly (number | null)[];
}

export interface Chosen {
  readonly path: string;
  readonly chosen: number;
  readonly candidates: readonly Candidate[];
}

const choicePath = (out: string, arm: string): string => join(out, arm, "choice.json");

/** What was chosen before, `undefined` where nothing is yet. */
export function readChoice(out: string, arm: string): Chosen | undefined {
  const path = choicePath(out, arm);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Chosen) : undefined;
}

/** One process at a time chooses, and what it has chosen is seen by the next on network file systems, too. */
const whileChoosing = <T>(out: string, arm: string, work: () => Promise<T>): Promise<T> =>
  withLock(join(out, arm, ".choosing"), work);

/** Whether another process has chosen since the candidates were listed, and made the best of them the arm's runs. */
export const isChosen = ({ arm }: TrainedCell, { out }: Pick<PlanOptions, "out">): Promise<boolean> =>
  whileChoosing(out, arm, async () => readChoice(out, arm) !== undefined);

/** The runs from which an arm's value is chosen; none for arms without a choice, or whose choice is made. */
export function candidates(study: Study, arm: string, options: PlanOptions): TrainedCell[] {
  const { choose } = study.arms[arm];
  if (!choose || readChoice(options.out, arm)) return [];
  return choose.values.flatMap((value) =>
    Array.from({ length: choose.seeds ?? 1 }, (_, seed) => candidateOf(study, arm, seed, value, options)),
  );
}

/**
 * Takes the value with the best mean validation accuracy - the first of equals, one that diverged never - and makes its
 * runs those of the arm, so that nothing is trained twice. A call that was cut short is completed by the next.
 * @returns undefined where all diverged
 */
export async function choose(study: Study, arm: string, options: PlanOptions): Promise<number | undefined> {
  const chooser = choosingArm(study, arm)!;
  return whileChoosing(options.out, chooser, async () => chooseHere(study, chooser, options));
}

function chooseHere(study: Study, arm: string, options: PlanOptions): number | undefined {
  const { path, values, seeds = 1 } = study.arms[arm].choose!;
  const each = (value: number) =>
    Array.from({ length: seeds }, (_, seed) => candidateOf(study, arm, seed, value, options));
  let known = readChoice(options.out, arm);
  if (!known) {
    const tried = values.map(
      (value): Candidate => ({ value, validationAccuracy: each(value).map(({ run }) => lastValidation(run)) }),
    );
    const best = tried.reduce((a, b) => (mean(b) > mean(a) ? b : a));
    if (mean(best) < 0) return undefined;
    known = { path, chosen: best.value, candidates: tried };
    writeFileAtomic(choicePath(options.out, arm), `${JSON.stringify(known, null, 2)}\n`);
  }
  for (const { run, seed } of each(known.chosen)) {
    const own = cellRun(options.out, arm, seed);
    if (existsSync(own) || !existsSync(run)) continue;
    mkdirSync(dirname(own), { recursive: true });
    renameSync(run, own);
  }
  return known.chosen;
}

/** −1 where a seed diverged. */
const mean = ({ validationAccuracy: all }: Candidate): number =>
  all.includes(null) ? -1 : all.reduce<number>((sum, one) => sum + one!, 0) / all.length;

/** At the end of its training; null where it diverged, 0 where it was stopped before it was ever validated. */
function lastValidation(run: string): number | null {
  if (isDiverged(run)) return null;
  return readMetrics(runPaths(run).metrics).findLast((line) => line.event === "epoch")?.validationAccuracy ?? 0;
}

/** Marks a run whose loss is no number any more: training it again would end the same way. */
export const divergedPath = (run: string): string => join(run, "diverged.txt");

export const isDiverged = (run: string): boolean => existsSync(divergedPath(run));
