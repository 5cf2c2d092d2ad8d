import { readFileSync } from "node:fs";
import type { Group } from "./group.ts";
import { ownPlace } from "./place.ts";

/** A process of a group, as another one on its machine can look for it. */
export interface Peer {
  readonly rank: number;
  readonly pid: number;
  /** Where process ids mean the same: processes with equal ones see each other. */
  readonly processes: string;
}

/** The other ranks whose processes this one can see, of all that take part. */
export async function visiblePeers(group: Group): Promise<Peer[]> {
  const own: Peer = { rank: group.rank, pid: process.pid, processes: ownPlace().container };
  const told = await group.gather(Buffer.from(JSON.stringify(own)));
  const peers = told.map((bytes) => JSON.parse(Buffer.from(bytes).toString()) as Peer);
  return peers.filter(({ rank, processes }) => rank !== own.rank && processes === own.processes);
}

/** Whether a process is there, be it another user's, and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isZombie(pid);
}

/** Whether it has ended, and who started it has not asked for its exit code yet; never where there is no /proc. */
function isZombie(pid: number): boolean {
  try {
    // `pid (name) state …`; the name may have parentheses in it.
    return / [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8").split(")").at(-1)!.slice(0, 2));
  } catch {
    return false;
  }
}
