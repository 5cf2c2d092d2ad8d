import { join } from "node:path";
import { Command } from "commander";
import { reporter, toJson } from "../core/index.ts";
import { type RunDataOptions, swagSamplesOf } from "../train/index.ts";
import { whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";

interface Options extends RunDataOptions {
  readonly out: string;
  readonly samples: number;
  readonly seed: number;
  readonly batches: number;
  readonly json?: boolean;
}

export function swagCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("swag")
    .description("draw networks of the weights that a run with --swag-from has collected (SWAG), each a run folder")
    .argument("<run>", "the run folder; it stays as it is")
    .requiredOption("--out <dir>", "folder of the new run folders sample-1, sample-2, …")
    .option("--samples <n>", "networks to draw", whole({ min: 1, example: 20 })("--samples"), 20)
    .option("--seed <n>", "decides what is drawn", whole({ min: 0, example: 1 })("--seed"), 0)
    .option(
      "--batches <n>",
      "training batches, as augmented in training, that each network's BatchNorm statistics are the mean of",
      whole({ min: 1, example: 150 })("--batches"),
      150,
    );
  for (const option of runDataOptions()) command.addOption(option);
  return command
    .option("--json", "print the new run folders as JSON")
    .addHelpText(
      "after",
      `
Judged as one ensemble the networks are SWAG's answer. After Ctrl-C the same command goes on: what is drawn is kept.
Docs: docs/members.md.

Examples:
  $ anchored train --recipe emoji-quickstart --swag-from 0.5 --out runs/swag
  $ anchored swag runs/swag --out runs/swag-samples
  $ anchored evaluate runs/swag-samples/sample-* --ensemble runs/swag-samples/ensemble
  $ anchored swag runs/swag --samples 5 --seed 1 --batches 50 --out runs/five --json`,
    )
    .action(async (run: string, options: Options) => exit(await runSwag(terminal, run, options)));
}

async function runSwag(terminal: Terminal, run: string, { json, ...options }: Options): Promise<number> {
  const samples = await untilInterrupted(terminal, async (signal) => {
    const listener = listenerOf(terminal, signal);
    try {
      return await swagSamplesOf(run, {
        ...options,
        onNotice: listener.onNotice,
        signal,
        onReading: listener.onProgress,
        onProgress: reporter(listener, "measuring", "batches"),
      });
    } finally {
      listener.onProgress?.(undefined);
    }
  });
  if (!samples) return INTERRUPTED;
  terminal.out(json ? toJson({ run, seed: options.seed, samples }) : samples.join("\n"));
  const [all, ensemble] = ["sample-*", "ensemble"].map((name) => join(options.out, name));
  if (samples.length > 1) terminal.note(`next: ${ownCommand()} evaluate ${all} --ensemble ${ensemble}`);
  return 0;
}
