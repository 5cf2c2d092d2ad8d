import { UserError } from "../../core/index.ts";
import { firstDifference } from "../../run/internal.ts";
import { gatherJson } from "./gather-json.ts";
import type { Group } from "./group.ts";

/**
 * What all ranks of a group fail with alike, each at the same place: one of them should say it.
 * @example
 * try {
 *   await trainRun(run, config, { group: alone });
 * } catch (error) {
 *   if (!(error instanceof GroupError) || alone.rank === 0) console.error(error);
 * }
 */
export class GroupError extends UserError {}

/**
 * Runs `work` on every rank, and fails on all of them where it fails on one, so that none waits for another in vain.
 * @throws GroupError with what the first rank says that failed; any other error than a user's stays what it is where it arose
 */
export async function together<T>(group: Group, work: () => T | Promise<T>): Promise<T> {
  if (group.size === 1) return work();
  const outcome = await Promise.resolve()
    .then(work)
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
  const own = "error" in outcome ? inWords(outcome.error) : "";
  const all = await gatherJson(group, own);
  const first = all.findIndex((message) => message !== "");
  if (first < 0) return (outcome as { value: T }).value;
  if ("error" in outcome && !(outcome.error instanceof UserError)) throw outcome.error;
  const alike = all.every((message) => message === all[first]);
  throw new GroupError(alike ? all[first] : `rank ${first} of ${group.size}: ${all[first]}`);
}

const inWords = (error: unknown): string => (error instanceof Error && error.message) || String(error);

/** Bytes that rank 0 makes, on all ranks. @throws GroupError where it cannot */
export async function fromFirst(group: Group, make: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
  const own = await together(group, async () => (group.rank === 0 ? make() : undefined));
  const length = Float64Array.of(own?.length ?? 0);
  await group.sum(length);
  const bytes = own ?? new Uint8Array(length[0]);
  await group.broadcast(bytes);
  return bytes;
}

/** @throws GroupError naming the first field in which a rank differs from rank 0 */
export async function requireSame(group: Group, facts: Readonly<Record<string, unknown>>): Promise<void> {
  if (group.size === 1) return;
  const [first, ...others] = await gatherJson<unknown>(group, facts);
  for (const [i, theirs] of others.entries()) {
    const difference = firstDifference(theirs, first);
    if (difference)
      throw new GroupError(
        `rank ${i + 1} of ${group.size}: its ${difference.path} is ${JSON.stringify(difference.a)}, but that of rank 0 is ${JSON.stringify(difference.b)}; start all ranks with the same version, options and data`,
      );
  }
}
