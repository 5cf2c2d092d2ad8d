import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { duration, toJson, UserError } from "../core/index.ts";
import { writeDemo } from "../demo/index.ts";
import { type Device, devices } from "../engine/index.ts";
import { dataSetLoader } from "../judge/index.ts";
import { readReportedRun, report, study, summaryLines } from "../report/index.ts";
import { holdsRun, readResults } from "../run/index.ts";
import {
  isJudged,
  type PlannedRun,
  type QuickstartName,
  quickstartNames,
  quickstartPlan,
  quickstarts,
  trainAndJudge,
} from "../studies/index.ts";
import { dataOptions } from "../train/index.ts";
import { oneOf, whole } from "./numbers.ts";
import { listenerOf, planListenerOf } from "./progress.ts";
import { changedDataOption } from "./run-data-options.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";

interface Options {
  readonly out: string;
  readonly data: QuickstartName;
  readonly seeds?: number;
  readonly epochs?: number;
  readonly imageSize?: number;
  readonly device?: Device;
  readonly maxSteps?: number;
  readonly changedData?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
}

export function quickstartCommand(terminal: Terminal, exit: (code: number) => void): Command {
  return new Command("quickstart")
    .description("train a standard and an anchored classifier, damage the test images, write a report: some minutes")
    .option("--out <dir>", "where everything goes", join("runs", "quickstart"))
    .option(
      "--data <name>",
      `what to train on: ${quickstartNames.join(" | ")}`,
      oneOf(quickstartNames)("--data") as (text: string) => QuickstartName,
      "mnist",
    )
    .option("--seeds <n>", "runs of each arm (default: 1)", whole({ min: 1, max: 100, example: 3 })("--seeds"))
    .option("--epochs <n>", "in place of the recipe's", whole({ min: 1, example: 5 })("--epochs"))
    .option(
      "--image-size <pixels>",
      "emoji: in place of the recipe's",
      whole({ min: 8, max: 1024, example: 32 })("--image-size"),
    )
    .option(
      "--device <name>",
      `what to train on: ${devices.join(" | ")} (default: cpu)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option(
      "--max-steps <n>",
      "stop each run so early (to try things out)",
      whole({ min: 1, example: 2 })("--max-steps"),
    )
    .addOption(changedDataOption())
    .option("--fresh", "start over instead of keeping what is finished")
    .option("--json", "print the results of all runs")
    .addHelpText(
      "after",
      `
What is there is kept: a second call skips finished runs and continues a broken one.

Examples:
  $ anchored quickstart
  $ anchored quickstart --seeds 3
  $ anchored quickstart --data emoji --out runs/emoji --epochs 40 --image-size 48
  $ anchored quickstart --fresh`,
    )
    .action(async (options: Options) => exit(await runQuickstart(terminal, options)));
}

async function runQuickstart(terminal: Terminal, options: Options): Promise<number> {
  const startedAt = performance.now();
  const { out, maxSteps, changedData, fresh } = options;
  if (options.data !== "emoji" && options.imageSize !== undefined)
    throw new UserError(
      `--image-size ${options.imageSize}: the digits have 28 pixels; leave it out, or add --data emoji`,
    );
  const plan = quickstartPlan(options);
  const { epochs } = plan[0].config;
  terminal.note(
    `${plan.length} runs of ${epochs} epochs on ${options.data}. Ctrl-C stops; the same command continues.`,
  );
  const { judge } = quickstarts[options.data];
  if (fresh) for (const { run } of plan) if (holdsRun(run)) rmSync(run, { recursive: true });
  const interrupted = await terminal.interruptible(async (signal) => {
    const listener = planListenerOf(terminal, signal);
    for (const [i, planned] of plan.entries()) {
      const label = `[${i + 1}/${plan.length}] ${planned.name}`;
      if (!isJudged(planned, maxSteps))
        await trainAndJudge(planned, { label, maxSteps, changedData, ...listener }, judge);
      else terminal.note(`${label}: finished before`);
      if (signal.aborted) return true;
    }
    return false;
  });
  if (interrupted) {
    terminal.note("stopped; the same command continues from here");
    return INTERRUPTED;
  }
  const runs = plan.map(({ run }) => run);
  const path = join(out, "report.html");
  const page = await writePage(terminal, out, plan);
  await report(runs, path, { command: `anchored quickstart --data ${options.data}`, demo: "demo/index.html" });
  terminal.out(
    options.json ? toJson(runs.map(readResults)) : summaryLines(study(runs.map(readReportedRun))).join("\n"),
  );
  const took = duration((performance.now() - startedAt) / 1000);
  const link = (file: string) => pathToFileURL(resolve(file)).href;
  terminal.note(`\nDone in ${took}. Open the report in a browser:\n  ${link(path)}`);
  terminal.note(
    `and the models themselves, to damage pictures, to teach them, and to draw what they have never seen:\n  ${link(page)}`,
  );
  terminal.note(`Every number: ${join(out, "*", "results.json")}`);
  terminal.note(`Your own images next: ${ownCommand()} train --folder DIR (see --help)`);
  return 0;
}

/** The first seed's models in the browser, in the order of the report, so that each has its colour there: some seconds. */
async function writePage(terminal: Terminal, out: string, plan: readonly PlannedRun[]): Promise<string> {
  const [{ config }] = plan;
  const shown = plan.filter((one) => one.config.seed === config.seed);
  const dataSet = await dataSetLoader(listenerOf(terminal))(dataOptions(config));
  const folder = join(out, "demo");
  await writeDemo(
    shown.map(({ run }) => run),
    dataSet,
    { out: folder, onProgress: (text) => terminal.note(`page in the browser: ${text}`) },
  );
  return join(folder, "index.html");
}
