import { availableParallelism } from "node:os";
import { Command } from "commander";
import { benchCorrupt, type CorruptBenchOptions, corruptTable } from "../bench/index.ts";
import { toJson } from "../core/index.ts";
import { corruptionNames } from "../corrupt/index.ts";
import { listOf, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

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
    .action(async ({ json, ...options }: CorruptBenchOptions & { json?: boolean }) => {
      const rows = await terminal.interruptible((signal) =>
        benchCorrupt(options, signal, ({ corruption }) => terminal.note(`  ${corruption}: measured`)),
      );
      terminal.out(json ? toJson(rows) : corruptTable(rows));
    });
