import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { attempt, machine, processSpace } from "../../files/internal.ts";

/** Where a process runs, and on which processors it may. */
export interface Place {
  /** Processes with equal ones run on the same processors. */
  readonly machine: string;
  /** Processes with equal ones see each other's process ids, and share a quota of processor time. */
  readonly container: string;
  /** How many processors the machine has. */
  readonly processors: number;
  /** Those that the process is bound to, by number; undefined where the system does not say. */
  readonly bound: readonly number[] | undefined;
  /** Most threads that get a processor at the same time: fewer than `bound` under a quota. */
  readonly most: number;
  /** Processors that Slurm has given to each of its tasks. */
  readonly perTask: number | undefined;
}

/** The place of this process. */
export function ownPlace(env: NodeJS.ProcessEnv = process.env): Place {
  const status = attempt(() => readFileSync("/proc/self/status", "utf8"));
  const perTask = env.SLURM_CPUS_PER_TASK;
  return {
    machine: machine(),
    container: processSpace(),
    processors: cpus().length,
    bound: boundIn(status ?? ""),
    most: availableParallelism(),
    perTask: /^\d+$/.test(perTask ?? "") ? Number(perTask) : undefined,
  };
}

/** Processors of a line `Cpus_allowed_list: 0-3,8`. */
export function boundIn(status: string): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1];
  return list?.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
