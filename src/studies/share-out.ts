import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { LockHeld, whileHeld } from "../files/internal.ts";

const LOOK_AGAIN_MS = 2000;

/**
 * Works on all items, in their order; those that another process is at are looked at again until it has done them, or has
 * left them.
 * @param work gives `undefined` where the item is done, else what to say of it once
 */
export async function shareOut<Item>(
  items: readonly Item[],
  signal: AbortSignal | undefined,
  work: (item: Item, index: number) => Promise<(() => void) | undefined>,
): Promise<void> {
  const said = new Set<number>();
  let left = items.map((_, index) => index);
  while (left.length > 0) {
    const elsewhere: number[] = [];
    for (const index of left) {
      if (signal?.aborted) return;
      const say = await work(items[index], index);
      if (!say) continue;
      elsewhere.push(index);
      if (!said.has(index)) say();
      said.add(index);
    }
    left = elsewhere;
    if (left.length > 0) await setTimeout(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

/** Works on a cell while no other process does. @returns the process that is at it, in words; `undefined` where it was done here */
export async function unlessHeld(
  { run, name }: { readonly run: string; readonly name: string },
  work: () => Promise<void>,
): Promise<string | undefined> {
  try {
    // It is looked at again, which watches one whose holder cannot be seen from here.
    await whileHeld(join(dirname(run), `.${basename(run)}`), `working on ${name}`, work, { watch: false });
  } catch (error) {
    if (error instanceof LockHeld) return error.holder;
    throw error;
  }
}
