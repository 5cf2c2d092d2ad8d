import { UserError } from "../../core/index.ts";
import { alone, type Group } from "./group.ts";
import { type Launcher, launcherOf, startedInWords } from "./launcher.ts";
import { mpiGroup } from "./mpi.ts";
import { mpiCalls } from "./mpi-calls.ts";
import { loadMpi } from "./mpi-library.ts";

/** How the processes of a group find each other, and how long they wait. */
export interface GroupOptions {
  /** Where the launcher has left its variables. Default: the environment of the process. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Longest time that a call may wait for the other ranks, in seconds, before all of them end. Default: what
   * `ANCHORED_GROUP_TIMEOUT` says, else 600.
   */
  readonly limitS?: number;
}

const DEFAULT_LIMIT_S = 600;
const LIMIT = "ANCHORED_GROUP_TIMEOUT";

let opened: Promise<Group> | undefined;

/**
 * The group of this process: the processes that `mpirun` or `srun` has started with it, over the system's MPI; alone,
 * with nothing loaded, where neither has. MPI allows one group in the life of a process: later calls give the same one.
 * @throws UserError where `ANCHORED_GROUP_TIMEOUT` is no number of seconds, koffi or the MPI library is missing, is not the launcher's, or does not find the other processes
 * @example
 * const group = await openGroup(); // mpirun -np 2 node program.js
 * const values = Float32Array.of(group.rank);
 * await group.mean(values); // 0.5 on both
 * await group.close();
 */
export async function openGroup({ env = process.env, limitS = limitIn(env) }: GroupOptions = {}): Promise<Group> {
  const launcher = launcherOf(env);
  if (!launcher) return alone;
  opened ??= open(launcher, env, limitS);
  return opened;
}

async function open(launcher: Launcher, env: NodeJS.ProcessEnv, limitS: number): Promise<Group> {
  const library = await loadMpi(launcher, env);
  const calls = mpiCalls(library);
  calls.init();
  const size = calls.size();
  if (size === launcher.size) return mpiGroup(calls, { limitS });
  calls.finalize();
  const pmi = library.family === "MPICH" ? "pmi2" : "pmix";
  const way = launcher.name === "srun" ? `say srun --mpi=${pmi}` : "install the MPI that it belongs to";
  throw new UserError(
    `${startedInWords(launcher)}, but ${library.version} sees ${size}; ${way}, or set ANCHORED_MPI to the file of its libmpi`,
  );
}

function limitIn(env: NodeJS.ProcessEnv): number {
  const text = env[LIMIT];
  if (!text) return DEFAULT_LIMIT_S;
  const limitS = Number(text);
  if (limitS > 0) return limitS;
  throw new UserError(
    `${LIMIT}=${text}: seconds that a rank waits for the others, more than 0, e.g. ${DEFAULT_LIMIT_S}`,
  );
}
