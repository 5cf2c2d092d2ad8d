import { Command } from "commander";
import { benchEngine, benchModels, type EngineBenchRow } from "./bench-engine.ts";
import { toJson } from "./json.ts";
import { listOf, whole } from "./numbers.ts";
import { textTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const backends = ["portable", "blocked"] as const;

interface Options {
  readonly models?: string[];
  readonly backends?: (typeof backends)[number][];
  readonly steps?: number;
  readonly threads?: number;
  readonly reference: boolean;
  readonly json?: boolean;
}

export function benchCommand(terminal: Terminal): Command {
  const command = new Command("bench").description("measure how fast this machine trains");
  command
    .command("engine")
    .description("images/s of compiled training steps, and of the same step by jax-js's own backend")
    .option("--models <a,b>", `of ${benchModels.join(", ")} (default: all)`, listOf(benchModels)("--models"))
    .option(
      "--backends <a,b>",
      `of ${backends.join(", ")} (default: the one that training uses here)`,
      listOf(backends)("--backends") as (text: string) => (typeof backends)[number][],
    )
    .option(
      "--steps <n>",
      "timed steps, of which the fastest counts (default: 10)",
      whole({ min: 1, example: 10 })("--steps"),
    )
    .option("--threads <n>", "(default: all)", whole({ min: 1, max: 1024, example: 2 })("--threads"))
    .option("--no-reference", "without jax-js's own backend, which takes most of the time")
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      "\nExamples:\n  $ anchored bench engine\n  $ anchored bench engine --models resnet20 --backends portable,blocked --no-reference",
    )
    .action(async ({ json, ...options }: Options) => {
      terminal.note(`measuring${options.reference ? ", jax-js's own backend first: some minutes" : ""}`);
      const rows = await terminal.interruptible((signal) =>
        benchEngine({ ...options, signal, onRow: (row) => terminal.note(`  ${row.model}, ${row.backend}: measured`) }),
      );
      terminal.out(json ? toJson(rows) : benchTable(rows));
    });
  return command;
}

function benchTable(rows: readonly EngineBenchRow[]): string {
  const { cpu, cores } = rows[0];
  const table = textTable([
    ["training step", "backend", "batch", "threads", "images/s", "against jax-js"],
    ...rows.map(({ model, backend, batchSize, threads, imagesPerSecond, timesReference }) => [
      model,
      backend === "default" ? "compiled" : backend,
      String(batchSize),
      String(threads),
      imagesPerSecond < 10 ? imagesPerSecond.toFixed(2) : imagesPerSecond.toFixed(0),
      timesReference === undefined ? "" : `${timesReference.toFixed(0)} ×`,
    ]),
  ]);
  return `${table}\n\n${cpu}, ${cores} cores; the fastest step counts`;
}
