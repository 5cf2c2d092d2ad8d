import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { toJson } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { report } from "../report/index.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly out?: string;
  readonly title?: string;
  readonly json?: boolean;
}

export function reportCommand(terminal: Terminal): Command {
  return new Command("report")
    .description("compare evaluated runs in one self-contained HTML page")
    .argument("<runs...>", "run folders of one task; those that differ only in their seed are one arm")
    .option("--out <file>", "where it goes (default: report.html; of a single run, in its folder)")
    .option("--title <text>", "in place of the finding")
    .option("--json", "print where it went as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored report runs/cifar
  $ anchored report runs/standard-seed* runs/anchored-seed* --out comparison.html`,
    )
    .action(async (runs: string[], { out, title, json }: Options) => {
      const path = out ?? (runs.length === 1 ? runPaths(runs[0]).report : "report.html");
      await report(runs, path, { title });
      terminal.out(json ? toJson({ report: resolve(path), runs }) : `report: ${pathToFileURL(resolve(path)).href}`);
    });
}
