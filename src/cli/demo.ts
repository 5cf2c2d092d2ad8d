import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { toJson } from "../core/index.ts";
import { demoData, writeDemo } from "../demo/index.ts";
import type { RunDataOptions } from "../train/index.ts";
import { whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends RunDataOptions {
  readonly out?: string;
  readonly k?: number;
  readonly threads?: number;
  readonly json?: boolean;
}

export function demoCommand(terminal: Terminal): Command {
  const command = new Command("demo")
    .description("a page that runs the models in the browser: corrupt a picture, watch the doubt, teach a class")
    .argument(
      "<runs...>",
      "run folders of the same data: classifiers, shown side by side (at most 4), and dual encoders, which rank any words (at most 2)",
    )
    .option("--out <dir>", "where the page goes (default: demo; of a single run, demo in its folder)")
    .option(
      "--k <n>",
      "references of anchored runs (default: all that a run keeps)",
      whole({ min: 2, example: 10 })("--k"),
    );
  for (const option of runDataOptions()) command.addOption(option);
  return command
    .option(
      "--threads <n>",
      "threads while writing (default: one a core)",
      whole({ min: 1, max: 1024, example: 2 })("--threads"),
    )
    .option("--json", "print where it went as JSON")
    .addHelpText(
      "after",
      `
The folder is static: any web server can serve it, under any path, and a browser can open its index.html from the disk.
Pictures never leave the visitor's machine.

Examples:
  $ anchored demo runs/cifar
  $ anchored demo runs/anchored runs/standard --out demo
  $ anchored demo runs/zero-shot runs/pairs --out demo     type any words; runs/zero-shot: anchored zero-shot runs/pairs
  $ npx --yes serve demo`,
    )
    .action((runs: string[], options: Options) => runDemo(terminal, runs, options));
}

async function runDemo(terminal: Terminal, runs: readonly string[], options: Options): Promise<void> {
  const { k, json, threads = availableParallelism() } = options;
  const out = options.out ?? (runs.length === 1 ? join(runs[0], "demo") : "demo");
  const dataSet = await demoData(runs, { ...options, ...listenerOf(terminal) });
  const titles = await writeDemo(runs, dataSet, { out, k, threads, onProgress: terminal.note });
  const page = join(out, "index.html");
  terminal.out(
    json ? toJson({ page: resolve(page), runs, models: titles }) : `page: ${pathToFileURL(resolve(page)).href}`,
  );
}
