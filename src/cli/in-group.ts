import { Diverged, type Group, GroupError, openGroup } from "../train/index.ts";
import { explain } from "./errors.ts";
import { interruptibleBy, stopSignals, type Terminal } from "./terminal.ts";

/** One process of those that run a command together. */
export interface Process {
  readonly terminal: Terminal;
  readonly group: Group;
}

/**
 * Runs a command as one process of those that `mpirun` or `srun` has started; by itself where neither has. Rank 0 speaks for
 * all; where a rank fails by itself, it says so and all of them end.
 * @returns the command's exit code
 */
export async function inGroup(terminal: Terminal, command: (process: Process) => Promise<number>): Promise<number> {
  const group = await openGroup();
  if (group.size === 1) return command({ terminal, group });
  const { rank, size } = group;
  // One that comes when another rank's has already stopped this one must not end it before it has left the group.
  for (const signal of stopSignals) process.on(signal, () => {});
  try {
    const code = await command({ terminal: rank === 0 ? terminal : silent(terminal), group });
    await group.close();
    return code;
  } catch (error) {
    const { code, text } = explain(error);
    const isOfAll = error instanceof GroupError || error instanceof Diverged;
    if (rank === 0 || !isOfAll) terminal.note(rank === 0 ? text : `rank ${rank} of ${size}: ${text}`);
    if (!isOfAll) group.abort(code);
    await group.close();
    return code;
  }
}

/** Says nothing: rank 0 does. */
const silent = (terminal: Terminal): Terminal => ({
  ...terminal,
  out() {},
  note() {},
  interactive: false,
  interruptible: interruptibleBy(() => {}),
});
