import { Command } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type ZeroShotSummary, zeroShotRunOf } from "../train/index.ts";
import {
  addClassData,
  addRunning,
  classDataFlags,
  type DualEncoderFlags,
  dualEncoderArgument,
} from "./dual-encoder-options.ts";
import { readTemplates } from "./predict-by-names.ts";
import { listenerOf } from "./progress.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";
import { readLines } from "./text-file.ts";
import { givenOptions } from "./train-flags.ts";

interface Options extends Omit<DualEncoderFlags, "changedData" | "k"> {
  readonly out: string;
  readonly templates?: string;
  readonly classesFrom?: string;
  readonly json?: boolean;
}

export function zeroShotCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("zero-shot")
    .description("a classification run of a dual encoder and the names of a data set's classes; nothing is trained")
    .argument(...dualEncoderArgument)
    .requiredOption("--out <run>", "the new run folder");
  addClassData(command)
    .option(
      "--classes-from <file>",
      "what classes are called, a name a line, in their order (default: their own names)",
    )
    .option(
      "--templates <file>",
      "ways to name a class, one a line, with {} for its name (default: those of its training, or eight, e.g. a photo of a {}.)",
    );
  return addRunning(command)
    .option("--json", "print what came out as JSON")
    .addHelpText(
      "after",
      `
The run is a classification like any other: evaluate, export, predict and serve take it, train --init goes on from it, and
interpolate mixes it with what became of it (WiSE-FT). Data of the dual encoder's own training are the default. Docs:
docs/vision-language.md.

Examples:
  $ anchored zero-shot clip --folder ~/photos --out runs/zero-shot
  $ anchored evaluate runs/zero-shot --suite all
  $ anchored train --init runs/zero-shot --folder ~/photos --out runs/tuned
  $ anchored interpolate runs/zero-shot runs/tuned --out runs/between`,
    )
    .action(async (from: string, options: Options) =>
      exit(await runZeroShot(terminal, from, options, givenOptions(command, classDataFlags()))),
    );
}

async function runZeroShot(
  terminal: Terminal,
  from: string,
  { json, templates, classesFrom, ...options }: Options,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const named = {
    templates: readTemplates(templates),
    names: classesFrom === undefined ? undefined : readLines("--classes-from", classesFrom),
  };
  const { out, activation, dataDir, threads, device } = options;
  const summary = await untilInterrupted(terminal, (signal) =>
    zeroShotRunOf(from, {
      ...{ out, activation, dataDir, threads, device, given },
      ...named,
      ...listenerOf(terminal, signal),
    }),
  );
  if (!summary) return INTERRUPTED;
  terminal.out(json ? toJson({ from, ...summary }) : inWords(summary));
  terminal.note(`next: ${ownCommand()} evaluate ${out}`);
  return 0;
}

function inWords({ run, classes, templates, validationAccuracy, validationLoss }: ZeroShotSummary): string {
  const told =
    validationAccuracy === undefined || validationLoss === undefined
      ? ""
      : `; validation accuracy ${percent(validationAccuracy)}, loss ${validationLoss.toFixed(4)}`;
  return `made ${run}: ${classes} classes, each named in ${templates} ${templates === 1 ? "way" : "ways"}${told}`;
}
