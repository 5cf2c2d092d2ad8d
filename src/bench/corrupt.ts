import { CorruptionPool, corruptionNames, severities } from "../corrupt/index.ts";
import { thisMachine } from "../files/internal.ts";
import { texturedImages } from "./textured-images.ts";

export interface CorruptBenchOptions {
  readonly corruptions?: readonly string[];
  readonly images: number;
  readonly imageSize: number;
  readonly threads: number;
}

export interface CorruptBenchRow {
  readonly corruption: string;
  /** Images made over all five severities. */
  readonly images: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly imageSize: number;
  readonly threads: number;
  readonly cpu: string;
}

/**
 * Every corruption in turn, on textured colour images.
 * @example
 * const rows = await benchCorrupt({ images: 64, imageSize: 32, threads: 2 });
 * console.log(corruptTable(rows));
 */
export async function benchCorrupt(
  { corruptions = corruptionNames, images, imageSize, threads }: CorruptBenchOptions,
  signal?: AbortSignal,
  onRow?: (row: CorruptBenchRow) => void,
): Promise<CorruptBenchRow[]> {
  const set = texturedImages(images, imageSize);
  const pool = new CorruptionPool({ threads });
  try {
    const rows: CorruptBenchRow[] = [];
    for (const corruption of corruptions) {
      // Compiles the code and fills its tables; a thread that sleeps through it does so in the first task.
      for (const severity of severities) await pool.corrupt(set, { name: corruption, severity, signal });
      const start = performance.now();
      for (const severity of severities) await pool.corrupt(set, { name: corruption, severity, signal });
      const seconds = (performance.now() - start) / 1000;
      const made = images * severities.length;
      const { cpu } = thisMachine();
      const row = { corruption, images: made, seconds, imagesPerSecond: made / seconds, imageSize, threads, cpu };
      rows.push(row);
      onRow?.(row);
    }
    return rows;
  } finally {
    await pool.destroy();
  }
}
