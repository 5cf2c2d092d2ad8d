import { existsSync } from "node:fs";
import { runPaths } from "../files/index.ts";
import { loadCheckpoint, type RunRecord } from "../run/index.ts";

/** The processes of a run, as its record has them. */
type Ranks = Pick<RunRecord, "ranks" | "ranksBefore"> & { readonly config: Pick<RunRecord["config"], "threads"> };

/** Steps that the checkpoint of a run folder has taken; 0 without one. */
export const stepOf = (run: string): number => {
  const { checkpoint } = runPaths(run);
  return existsSync(checkpoint) ? loadCheckpoint(checkpoint).progress.step : 0;
};

/** Whether a run goes on with another number of processes. */
const isMoved = (now: Ranks, before: Ranks): boolean => (now.ranks ?? 1) !== (before.ranks ?? 1);

/** What a stored record must be equal to where only the number of ranks may differ, and with it their threads. */
export function withRanksOf<R extends Ranks>(now: Ranks, before: R): R {
  const { ranks: _, ranksBefore, ...rest } = before;
  const threads = isMoved(now, before) ? now.config.threads : before.config.threads;
  return { ...rest, config: { ...before.config, threads }, ...(now.ranks !== undefined && { ranks: now.ranks }) } as R;
}

/** What a record keeps of earlier numbers of processes, that of `before` included where there are others now. */
export function ranksBefore(run: string, now: Ranks, before: Ranks): Pick<RunRecord, "ranksBefore"> {
  const earlier = before.ranksBefore ?? [];
  const all = isMoved(now, before)
    ? [...earlier, { untilStep: stepOf(run), ranks: before.ranks ?? 1, threads: before.config.threads }]
    : earlier;
  return all.length > 0 ? { ranksBefore: all } : {};
}

/** What the user is told where it goes on with other processes. */
export const movedInWords = (run: string, now: Ranks, before: Ranks): string | undefined =>
  isMoved(now, before)
    ? `${run} goes on with ${inWords(now)}, ${inWords(before)} before: the same batches, but sums in another order; config.json says so`
    : undefined;

const inWords = ({ ranks = 1 }: Ranks): string => (ranks === 1 ? "one process" : `${ranks} ranks`);
