import type { Group } from "./group.ts";

/** What each rank gave, as JSON has it, in the order of ranks, on all of them. */
export async function gatherJson<T>(group: Group, own: T): Promise<T[]> {
  const all = await group.gather(new TextEncoder().encode(JSON.stringify(own)));
  return all.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
}
