import { processSpace } from "../../files/internal.ts";
import { gatherJson } from "./gather-json.ts";
import type { Group } from "./group.ts";

/** A process of a group, as another one on its machine can look for it. */
export interface Peer {
  readonly rank: number;
  readonly pid: number;
  /** Where process ids mean the same: processes with equal ones see each other. */
  readonly space: string;
}

/** The other ranks whose processes this one can see, of all that take part. */
export async function visiblePeers(group: Group): Promise<Peer[]> {
  const own: Peer = { rank: group.rank, pid: process.pid, space: processSpace() };
  const peers = await gatherJson(group, own);
  return peers.filter(({ rank, space }) => rank !== own.rank && space === own.space);
}
