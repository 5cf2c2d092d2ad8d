import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { duration, toJson, UserError } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { anchoredOptions } from "../methods/index.ts";
import { recipeNames, recipes } from "../recipes/index.ts";
import {
  configFromOptions,
  configOptions,
  holdsRun,
  type RunConfig,
  type RunConfigInput,
  readConfigFile,
} from "../run/index.ts";
import {
  launcherOf,
  ofFirst,
  ranksOfRun,
  readRunConfig,
  type StartingConfig,
  type TrainSummary,
  threadsOf,
  trainRun,
  validationInWords,
  wantsPretrainingImages,
  withStartingRun,
} from "../train/index.ts";
import { inGroup, type Process } from "./in-group.ts";
import { oneOf, real, whole } from "./numbers.ts";
import { listenerOf, noteTo, trainProgress } from "./progress.ts";
import { changedDataOption } from "./run-data-options.ts";
import { nextAfter } from "./tasks.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";
import { givenOptions, toOption } from "./train-flags.ts";
import { groupHelp } from "./train-help.ts";

interface Options extends Record<string, unknown> {
  config?: string;
  recipe?: keyof typeof recipes;
  dataDir?: string;
  augment?: false | RunConfig["mix"];
  out?: string;
  resume?: boolean;
  changedData?: boolean;
  checkpointEvery?: number;
  maxSteps?: number;
  workers?: number;
  json?: boolean;
}

export function trainCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("train").description(
    "train a classifier, a regression, a detector or a dual encoder, into a run folder",
  );
  command
    .option("--config <file>", "start from a .json file or a module that exports a config; options go above it")
    .option(
      "--recipe <name>",
      `start from a recipe: ${recipeNames.join(" | ")}`,
      oneOf(recipeNames)("--recipe") as (text: string) => keyof typeof recipes,
    );
  for (const option of configOptions()) command.addOption(toOption(option, option.path !== "threads"));
  command
    .option("--no-augment", "train on the images as they are, without crop and flip")
    .option("--data-dir <dir>", "folder of the data sets (default: $ANCHORED_DATA or the user's cache folder)")
    .option("--out <run>", "the run folder (default: runs/ and a name made of data, model, method and seed)")
    .option("--resume", "continue the run in --out, bit for bit as if it had never stopped")
    .addOption(changedDataOption())
    .option(
      "--checkpoint-every <minutes>",
      "between checkpoints within an epoch, from which --resume goes on; 0: only at its end (default: 5)",
      real({ min: 0, example: 5 })("--checkpoint-every"),
    )
    .option("--max-steps <n>", "stop, resumable, after so many steps", whole({ min: 1, example: 100 })("--max-steps"))
    .option(
      "--workers <n>",
      "threads that make batches while a step runs; 0: none (default: what the augmentation needs). The weights stay the same",
      whole({ min: 0, max: 256, example: 2 })("--workers"),
    )
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored train                                        the emoji, ResNet-20, standard training
  $ anchored train --method anchored --mask-probability 0.25 --epochs 20
  $ anchored train --data cifar10 --data-dir ~/data --method anchored --out runs/cifar
  $ anchored train --folder ~/photos --image-size 64 --model resnet18
  $ anchored train --init runs/cifar --folder ~/photos --method anchored --references-from both
  $ anchored train --task regression --csv cars.json --target Miles_per_Gallon --method anchored
  $ anchored train --task detection --data emoji-scenes --model resnet20 --image-size 64
  $ anchored train --resume --out runs/cifar              after Ctrl-C, or after a crash
  $ mpirun -np 4 anchored train --data cifar10            by four processes, see docs/cluster.md`,
    )
    .action(async (options: Options) =>
      exit(await inGroup(terminal, (process) => runTrain(process, options, givenOptions(command)))),
    );
  groupHelp(command);
  return command;
}

async function runTrain(
  { terminal, group }: Process,
  options: Options,
  given: Record<string, unknown>,
): Promise<number> {
  // Only where rank 0 is need the run folder lie.
  const { threads, said } = await threadsOf(group);
  const { config, run } = await ofFirst(group, () => {
    const before = options.resume && options.out && holdsRun(options.out) ? ranksOfRun(options.out) : undefined;
    const isNew = before === undefined ? group.size > 1 : before !== group.size;
    return asked(terminal, options, isNew ? { threads, ...given } : given);
  });
  if (said) terminal.note(said);
  const { resume, changedData, checkpointEvery, maxSteps, dataDir, workers } = options;
  const again = `${againBy(group.size)}${ownCommand()} train --resume --out ${run}${dataDir ? ` --data-dir ${dataDir}` : ""}`;
  let interrupted = false;
  const summary = await terminal.interruptible(async (signal) => {
    const progress = trainProgress(terminal);
    const { onNotice, onProgress: onReading } = listenerOf(terminal);
    const training = {
      dataDir,
      resume,
      changedData,
      checkpointEvery,
      maxSteps,
      workers,
      signal,
      onNotice,
      onReading,
      group,
    };
    let done: TrainSummary | undefined;
    try {
      done = await trainRun(run, config, { ...training, onProgress: progress.update });
    } finally {
      progress.stop(done);
    }
    // A signal may reach one rank a step before the others.
    interrupted = await group.any(signal.aborted);
    return done;
  });
  if (options.json) terminal.out(toJson(summary));
  const { steps, totalSteps } = summary;
  if (!summary.finished) {
    terminal.note(`stopped after ${steps} of ${totalSteps} steps; continue with: ${again}`);
    return interrupted ? INTERRUPTED : 0;
  }
  if (!options.json) terminal.out(outcome(summary));
  terminal.note(
    `next: ${ownCommand()} ${nextAfter(config.task?.name ?? "classification", run)}${dataDir ? ` --data-dir ${dataDir}` : ""}`,
  );
  return 0;
}

/** How so many processes are started again. */
function againBy(ranks: number): string {
  if (ranks === 1) return "";
  return launcherOf(process.env)?.name === "srun" ? `srun --mpi=pmix -n ${ranks} ` : `mpirun -np ${ranks} `;
}

/** What is asked for: a config, and the folder that it is trained into. */
async function asked(
  terminal: Terminal,
  options: Options,
  given: Record<string, unknown>,
): Promise<{ config: RunConfig; run: string }> {
  if (options.augment === false) given.augment = [];
  const { notice, ...start } = await startOf(options, given);
  const config = configFromOptions(start.given, start.base);
  if (notice) noteTo(terminal)(notice);
  const run = options.out ?? defaultRun(config);
  const { resume, changedData } = options;
  if (changedData && !resume && !wantsPretrainingImages(config))
    throw new UserError("--changed-data: a new run has no earlier training data; leave it out, or add --resume");
  // A folder without a checkpoint has nothing to lose: a training that failed as it began is started afresh.
  if (!resume && existsSync(runPaths(run).checkpoint))
    throw new UserError(`${run} already holds a run; continue it with --resume, or choose another --out`);
  return { config, run };
}

async function baseOf({ config, recipe, resume, out }: Options): Promise<RunConfigInput | undefined> {
  const named = [config && "--config", recipe && "--recipe"].filter(Boolean);
  if (named.length > 1) throw new UserError(`${named.join(" and ")}: both say where to start; use one`);
  if (resume) {
    if (!out) throw new UserError("--resume: which run? add --out RUN");
    if (!holdsRun(out)) throw new UserError(`${out} holds no run to resume; leave out --resume to start one`);
    // What the folder holds, so that nothing has to be typed again; what is typed again must agree.
    if (named.length === 0) return readRunConfig(out);
  }
  if (config) return readConfigFile(config).catch((error) => Promise.reject(namedBy("--config", error)));
  return recipe && recipes[recipe];
}

/** A library's complaint about a file, with the flag that gave it. */
const namedBy = (flag: string, error: unknown): unknown =>
  error instanceof UserError ? new UserError(`${flag} ${error.message}`) : error;

/** The base config with what the run that `--init` names decides. */
async function startOf(options: Options, given: Record<string, unknown>): Promise<StartingConfig> {
  const base = await baseOf(options);
  const { resume, config, recipe, out } = options;
  // A run resumed by its folder alone has all its choices already.
  if (resume && !config && !recipe) return { base, given };
  return withStartingRun(given, base, resume ? out : undefined);
}

/** e.g. `runs/cifar10-resnet20-anchored-0.25-label-seed0` */
function defaultRun({ data, model, method, seed }: RunConfig): string {
  const anchored = anchoredOptions(method);
  const masking = anchored ? [anchored.maskProbability, anchored.maskTarget].filter((part) => part !== undefined) : [];
  return join("runs", [data.name, model, method.name, ...masking, `seed${seed}`].join("-"));
}

const outcome = ({ run, steps, seconds, keptReferences = 1, ...scores }: TrainSummary): string => {
  const validation = validationInWords(scores);
  const under = keptReferences > 1 ? ` (under one reference; evaluate asks ${keptReferences})` : "";
  return `trained ${run}: ${steps} steps in ${duration(seconds)}${validation && `; ${validation}${under}`}`;
};
