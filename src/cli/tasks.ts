import type { Command } from "commander";
import { type Listener, UserError } from "../core/index.ts";
import type { Device } from "../engine/index.ts";
import type { Combination } from "../evaluate/index.ts";
import { modelTask, type RegressionExportOptions, type RunExportOptions } from "../export/index.ts";
import type { JudgeOptions, LaplaceJudgeOptions } from "../judge/index.ts";
import type { Activation } from "../models/index.ts";
import type { ServedModel } from "../serve/index.ts";
import type { TaskName } from "../tasks/index.ts";
import type { RunDataOptions } from "../train/index.ts";
import { classificationCommands } from "./classification.ts";
import { contrastiveCommands } from "./contrastive.ts";
import { detectionCommands } from "./detection.ts";
import type { Process } from "./in-group.ts";
import { regressionCommands } from "./regression.ts";
import type { Terminal } from "./terminal.ts";

/** Flags of the commands that make a model of a run. */
export interface ModelFlags
  extends Omit<RunExportOptions, "data" | "threads">,
    RunDataOptions,
    Omit<RegressionExportOptions, "threads"> {
  readonly device?: Device;
  readonly threads?: number;
  readonly top?: number;
  readonly delimiter?: string;
  readonly activation?: Activation;
  readonly draw?: string;
  readonly leastScore?: number;
  readonly json?: boolean;
}

/** Flags of `evaluate` about runs. */
export interface EvaluateFlags
  extends Omit<JudgeOptions, "suites" | "ood" | "severities" | "features">,
    LaplaceJudgeOptions {
  readonly suite?: JudgeOptions["suites"];
  readonly severities?: readonly number[];
  readonly ood?: readonly string[];
  readonly json?: boolean;
  readonly ensemble?: string;
  readonly combination?: Combination;
  readonly csv?: string;
  readonly table?: string;
  readonly perClass?: boolean;
  readonly resamples?: number;
}

/** What the commands do with runs and models of one task. */
export interface TaskCommands<Model extends { dispose(): Promise<void> } = any> {
  /** Flags, by their options' names, that say something of this task alone. */
  readonly own: readonly string[];
  /** Whether a flag that is no other task's own says something of the task. */
  knows(flag: string): boolean;
  /** The command that comes after the training of a run. */
  next(run: string): string;
  /** What its models are called, several of them. */
  readonly models: string;
  /** What to say of a flag that is about other models. */
  refusal(what: string, others: string): string;
  /** Judges runs and prints what came out. @returns the exit code */
  evaluate(process: Process, runs: readonly string[], flags: EvaluateFlags): Promise<number>;
  /** Writes a run as a file: what was written, the same in words, and what `predict` takes, where it takes such files. */
  export(
    run: string,
    flags: ModelFlags & { readonly out: string },
    listener: Listener,
  ): Promise<{ readonly written: { readonly file: string }; readonly words: string; readonly inputs?: string }>;
  open(path: string, flags: ModelFlags, listener: Listener): Promise<Model>;
  /** What the server takes of it. @throws UserError for models that it does not serve */
  served(model: Model): ServedModel;
  /** Prints answers for files. @returns the exit code */
  predict(
    terminal: Terminal,
    model: Model,
    paths: readonly string[],
    flags: ModelFlags,
    signal: AbortSignal,
  ): Promise<number>;
}

const taskCommands: { readonly [Name in TaskName]: TaskCommands } = {
  classification: classificationCommands,
  regression: regressionCommands,
  contrastive: contrastiveCommands,
  detection: detectionCommands,
};

/**
 * What a command does with runs of a task.
 * @param what the run or model that was named
 * @throws UserError naming the first flag that was given and is about other tasks
 */
export function commandsFor(task: TaskName, what: string, { options }: Command, given: object): TaskCommands {
  const commands = taskCommands[task];
  const ownerOf = (name: string) =>
    Object.values(taskCommands).find((one) => one !== commands && one.own.includes(name));
  const foreign = options.find((flag) => {
    const name = flag.attributeName();
    return given[name as never] !== undefined && (ownerOf(name) || !commands.knows(name));
  });
  if (!foreign) return commands;
  const { models } = ownerOf(foreign.attributeName()) ?? taskCommands.classification;
  throw new UserError(`${foreign.long}: ${commands.refusal(what, models)}; leave it out`);
}

/** The command that comes after the training of a run of this task. */
export const nextAfter = (task: TaskName, run: string): string => taskCommands[task].next(run);

/** As `commandsFor`, of a run folder or an exported file; what opens it says what is wrong with other paths. */
export const commandsOf = (path: string, command: Command, given: object): TaskCommands =>
  commandsFor(modelTask(path) ?? "classification", path, command, given);
