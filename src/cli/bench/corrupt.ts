import { availableParallelism } from "node:os";
import { Command } from "commander";
import { CorruptionPool, corruptionNames, severities } from "../../corrupt/index.ts";
import { thisMachine } from "../../evaluate/index.ts";
import { toJson } from "../json.ts";
import { listOf, whole } from "../numbers.ts";
import { textTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { texturedImages } from "./textured-images.ts";

interface Options {
  readonly corruptions?: readonly string[];
  readonly images: number;
  readonly imageSize: number;
  readonly threads: number;
  readonly json?: boolean;
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

export const corruptBenchCommand = (terminal: Terminal): Command =>
  new Command("corrupt")
    .description("images/s of every evaluation-time corruption, over its five severities")
    .option("--corruptions <a,b>", "which (default: all 29)", listOf(corruptionNames)("--corruptions"))
    .option("--images <n>", "of each severity", whole({ min: 1, example: 500 })("--images"), 500)
    .option("--image-size <pixels>", "side", whole({ min: 1, max: 1024, example: 32 })("--image-size"), 32)
    .option(
      "--threads <n>",
      "how many (default: one a core)",
      whole({ min: 1, max: 256, example: 2 })("--threads"),
      availableParallelism(),
    )
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored bench corrupt
  $ anchored bench corrupt --corruptions fog,snow --image-size 64 --json`,
    )
    .action(async ({ json, ...options }: Options) => {
      const rows = await terminal.interruptible((signal) =>
        benchCorrupt(options, signal, ({ corruption }) => terminal.note(`  ${corruption}: measured`)),
      );
      terminal.out(json ? toJson(rows) : corruptTable(rows));
    });

/** Every corruption in turn, on textured colour images. */
export async function benchCorrupt(
  { corruptions = corruptionNames, images, imageSize, threads }: Omit<Options, "json">,
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

function corruptTable(rows: readonly CorruptBenchRow[]): string {
  const [{ imageSize, threads, cpu }] = rows;
  const made = rows.reduce((sum, { images }) => sum + images, 0);
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const table = textTable([
    ["corruption", "images/s"],
    ...rows.map(({ corruption, imagesPerSecond }) => [corruption, imagesPerSecond.toFixed(0)]),
    [`all ${rows.length}: images / time`, (made / seconds).toFixed(0)],
  ]);
  return `${table}\n\n${imageSize}×${imageSize} pixels, ${threads} threads, ${cpu}`;
}
