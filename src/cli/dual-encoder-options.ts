import type { Command } from "commander";
import type { Device } from "../engine/index.ts";
import type { Activation } from "../models/index.ts";
import { configOptions, taskOfData } from "../run/index.ts";
import { whole } from "./numbers.ts";
import { activationOption } from "./predict-by-names.ts";
import { changedDataOption, dataDirOption } from "./run-data-options.ts";
import { toOption } from "./train-flags.ts";

/** Data that a dual encoder is asked about, and how it runs. */
export interface DualEncoderFlags {
  readonly activation?: Activation;
  readonly dataDir?: string;
  readonly changedData?: boolean;
  readonly k?: number;
  readonly threads?: number;
  readonly device?: Device;
}

/** Those of data sets that have classes. */
export const classDataFlags = () =>
  configOptions().filter(
    ({ path, only }) =>
      path.startsWith("data.") && (!only || only.is.some((name) => taskOfData(name) === "classification")),
  );

const runningFlags = () => configOptions().filter(({ path }) => path === "threads" || path === "device");

/** Whose run folder or weights a command takes. */
export const dualEncoderArgument = [
  "<from>",
  "the run folder of a dual encoder (train --task contrastive), or a folder of CLIP's weights",
] as const;

/** Adds the flags of data sets with classes and where they lie. */
export function addClassData(command: Command): Command {
  for (const option of classDataFlags()) command.addOption(toOption(option, false));
  return command.addOption(dataDirOption());
}

/** Adds what any command says that runs a dual encoder. */
export function addRunning(command: Command): Command {
  command.addOption(activationOption());
  for (const option of runningFlags()) command.addOption(toOption(option, false));
  return command;
}

/** Adds all of `DualEncoderFlags` and the flags of data, for a command that asks a dual encoder about images. */
export const addDualEncoderFlags = (command: Command): Command =>
  addRunning(
    addClassData(command)
      .addOption(changedDataOption())
      .option(
        "--k <n>",
        "anchored runs: how many references (default: all that the run keeps)",
        whole({ min: 1, example: 10 })("--k"),
      ),
  );
