import { availableParallelism } from "node:os";
import { Command } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type Device, devices } from "../engine/index.ts";
import { type ProbeSummary, probeRun } from "../judge/index.ts";
import { resultsText } from "../report/index.ts";
import { configFromOptions, configOptions, readRun } from "../run/index.ts";
import { dataOptions } from "../train/index.ts";
import { oneOf, whole } from "./numbers.ts";
import { listenerOf, noteTo } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";
import { givenOptions, toOption } from "./train-flags.ts";

interface Options extends Record<string, unknown> {
  out?: string;
  k?: number;
  dataDir?: string;
  changedData?: boolean;
  device?: Device;
  threads?: number;
  json?: boolean;
}

/** What the probe is fitted on and judged by, in the words of `train`. */
const dataFlags = () => configOptions().filter(({ path }) => path.startsWith("data."));

export function probeCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("probe")
    .description("fit a linear classifier on a run's frozen features, and judge it")
    .argument("<run>", "the run folder; without data options the probe is fitted on the run's own data")
    .option("--out <dir>", "where the results go (default: the run's name with -probe)")
    .option(
      "--k <n>",
      "references that an anchored run's features are averaged over (default: all that it keeps)",
      whole({ min: 1, example: 10 })("--k"),
    );
  for (const flag of dataFlags()) command.addOption(toOption(flag, false));
  const places = new Set(["folder", "humanLabels"]);
  for (const option of runDataOptions()) if (!places.has(option.attributeName())) command.addOption(option);
  return command
    .option(
      "--device <name>",
      `what to run the network on: ${devices.join(" | ")} (default: as the run was trained)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option(
      "--threads <n>",
      "of the network (default: one a core)",
      whole({ min: 1, max: 1024, example: 2 })("--threads"),
    )
    .option("--json", "print the strengths that were tried, and the results, as JSON")
    .addHelpText(
      "after",
      `
The strength of the L2 penalty is chosen on validation images; test images and unseen domains choose nothing.

Examples:
  $ anchored probe runs/cifar
  $ anchored probe runs/cifar --folder ~/photos
  $ anchored probe runs/emoji --label concept --categories "Food & Drink" --test-fraction 0.5 --validation-fraction 0.5`,
    )
    .action(async (run: string, options: Options) =>
      exit(await runProbe(terminal, run, options, givenOptions(command, dataFlags()))),
    );
}

async function runProbe(
  terminal: Terminal,
  run: string,
  { out = `${run.replace(/[\\/]+$/, "")}-probe`, json, threads = availableParallelism(), ...options }: Options,
  given: Record<string, unknown>,
): Promise<number> {
  const { dataDir, changedData, k, device } = options;
  const { config } = readRun(run);
  const data =
    Object.keys(given).length > 0 ? dataOptions(configFromOptions(given, { data: config.data }), dataDir) : undefined;
  const asked = { data, runData: { dataDir, changedData }, out, k, device, threads };
  const probed = await untilInterrupted(terminal, (signal) =>
    probeRun(run, { ...asked, ...listenerOf(terminal, signal) }),
  );
  if (!probed) return INTERRUPTED;
  const { summary, results } = probed;
  results.notices?.forEach(noteTo(terminal));
  terminal.out(
    json ? toJson(probed) : `${inWords(summary)}\n\n${resultsText([{ ...results, scalings: [], conformal: [] }])}`,
  );
  terminal.note(`next: ${ownCommand()} report ${out}`);
  return 0;
}

function inWords({ data, features, references, trainImages, strength, tried }: ProbeSummary): string {
  const chosen = tried.find((one) => one.strength === strength)!;
  const over = references === undefined ? "" : `, the mean over ${references} references`;
  return [
    `${data.title}: ${data.classes} classes, ${trainImages} training images, ${features} features${over}`,
    `strength ${strength.toPrecision(2)} of ${tried.length} tried: validation accuracy ${percent(chosen.validationAccuracy)}, NLL ${chosen.validationNll.toFixed(3)}`,
  ].join("\n");
}
