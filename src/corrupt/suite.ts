import type { ImageSet } from "../core/index.ts";
import type { Benchmark, Severity } from "./corruption.ts";
import type { CorruptionPool } from "./pool.ts";
import { removeImages } from "./scratch.ts";

export interface SuiteOptions {
  readonly corruptions: readonly string[];
  readonly severities: readonly Severity[];
  readonly benchmark?: Benchmark;
  readonly signal?: AbortSignal;
  /** Images made so far, of all. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly name: string }) => void;
}

export interface CorruptedSet {
  readonly corruption: string;
  readonly severity: Severity;
  readonly set: ImageSet;
}

/**
 * Every corruption at every severity, one set at a time: while the caller uses one, the next is being made, and no more
 * than these two are there: of a set in a file, each is a file that goes when the next is asked for.
 * @example
 * const pool = new CorruptionPool();
 * for await (const { corruption, severity, set } of corruptionSuite(images, pool, { corruptions: ["fog"], severities }))
 *   console.log(corruption, severity, set.name);
 * await pool.destroy();
 */
export async function* corruptionSuite(
  set: ImageSet,
  pool: CorruptionPool,
  { corruptions, severities, benchmark, signal, onProgress }: SuiteOptions,
): AsyncGenerator<CorruptedSet> {
  const cells = corruptions.flatMap((corruption) => severities.map((severity) => ({ corruption, severity })));
  const total = cells.length * set.labels.length;
  const make = async (i: number): Promise<CorruptedSet | undefined> => {
    if (i >= cells.length) return undefined;
    const { corruption: name, severity } = cells[i];
    const before = i * set.labels.length;
    const corrupted = await pool.corrupt(set, {
      name,
      severity,
      benchmark,
      signal,
      onProgress: ({ done }) => onProgress?.({ done: before + done, total, name: `${name} ${severity}` }),
    });
    return { corruption: name, severity, set: corrupted };
  };
  let next = make(0);
  for (let i = 1; ; i++) {
    const made = await next;
    if (!made) return;
    next = make(i);
    // A failure of the set that is made ahead is thrown when its turn comes.
    next.catch(() => {});
    try {
      yield made;
    } finally {
      removeImages(made.set.images);
    }
  }
}
