import { Command } from "commander";
import { percent, reporter, textTable, toJson } from "../core/index.ts";
import { type InterpolatedRuns, interpolateRunsOf, type RunDataOptions } from "../train/index.ts";
import { realList } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";

interface Options extends RunDataOptions {
  readonly out: string;
  readonly at: readonly number[];
  readonly json?: boolean;
}

const shares = realList({ min: 0, max: 1, example: 0.5 })("--at");

export function interpolateCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("interpolate")
    .description("networks between two runs of one network, before and after fine-tuning (WiSE-FT), each a run folder")
    .argument("<from>", "the run folder at 0; it stays as it is")
    .argument("<to>", "the run folder at 1, whose data, references and options the new ones have; it stays as it is")
    .requiredOption("--out <dir>", "folder of the new run folders at-0, at-0.1, …")
    .option(
      "--at <α,…>",
      "shares of the second run: a list, or FROM:TO:STEP (default: 0:1:0.1)",
      shares,
      shares("0:1:0.1"),
    );
  for (const option of runDataOptions()) command.addOption(option);
  return command
    .option("--json", "print every point and the chosen one as JSON")
    .addHelpText(
      "after",
      `
Weights and running statistics are mixed, θ = (1 − α) θ₀ + α θ₁ (Wortsman et al., CVPR 2022). Validation chooses α; what is there is
kept. Afterwards evaluate them under shift, and report draws accuracy on known against damaged images. Docs: docs/adaptation.md.

Examples:
  $ anchored train --init runs/before --folder ~/photos --out runs/tuned
  $ anchored interpolate runs/before runs/tuned --out runs/between
  $ anchored evaluate runs/between/at-* --suite all
  $ anchored interpolate runs/before runs/tuned --at 0.25,0.5,0.75 --out runs/between --json`,
    )
    .action(async (from: string, to: string, options: Options) =>
      exit(await runInterpolate(terminal, [from, to], options)),
    );
}

async function runInterpolate(
  terminal: Terminal,
  [from, to]: readonly [string, string],
  { json, ...options }: Options,
): Promise<number> {
  const result = await untilInterrupted(terminal, async (signal) => {
    const listener = listenerOf(terminal, signal);
    try {
      return await interpolateRunsOf(from, to, {
        ...options,
        signal,
        onNotice: listener.onNotice,
        onReading: listener.onProgress,
        onProgress: reporter(listener, "validating", "networks"),
      });
    } finally {
      listener.onProgress?.(undefined);
    }
  });
  if (!result) return INTERRUPTED;
  terminal.out(json ? toJson({ from, to, ...result }) : inWords(result));
  terminal.note(`next: ${ownCommand()} evaluate ${result.points.map(({ run }) => run).join(" ")} --suite all`);
  return 0;
}

function inWords({ points, chosen }: InterpolatedRuns): string {
  const rows = points.map(({ at, run, validationAccuracy = 0, validationLoss }) => [
    String(at),
    percent(validationAccuracy),
    validationLoss.toFixed(4),
    run,
  ]);
  return `${textTable([["α", "validation accuracy", "validation loss", "run"], ...rows])}\nchosen by validation: α = ${chosen.at}, ${chosen.run}`;
}
