import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { duration, textTable, toJson, UserError } from "../core/index.ts";
import { studyMarkdown } from "../report/index.ts";
import {
  outcomePaths,
  readStudy,
  runStudy,
  type Study,
  type StudyName,
  studies,
  studyCells,
  studyNames,
  writeOutcome,
} from "../studies/index.ts";
import { besideCopies } from "./copies.ts";
import { listOf, oneOf, whole } from "./numbers.ts";
import { planListenerOf } from "./progress.ts";
import { changedDataOption } from "./run-data-options.ts";
import { type ArrayKind, arrayKinds, arrayScript, requireNotShared } from "./study-array.ts";
import { INTERRUPTED, ownCommand, type Terminal } from "./terminal.ts";

interface Options {
  readonly out?: string;
  readonly seeds?: number;
  readonly only?: string;
  readonly parallel?: number;
  readonly threads?: number;
  readonly maxSteps?: number;
  readonly dataDir?: string;
  readonly changedData?: boolean;
  readonly table?: boolean;
  readonly fresh?: boolean;
  readonly json?: boolean;
  readonly printArray?: ArrayKind | true;
  readonly members?: number;
}

export function studyCommand(terminal: Terminal, exit: (code: number) => void): Command {
  return new Command("study")
    .description("train and judge several arms with several seeds each, and compare them seed by seed")
    .argument("[name]", `which: ${studyNames.join(" | ")}, or a module that exports one; without it they are listed`)
    .option("--out <dir>", "where everything goes (default: runs/study-NAME)")
    .option("--seeds <n>", "runs of each arm, in place of the study's", whole({ min: 1, example: 5 })("--seeds"))
    .option("--only <a,b>", "these arms alone, and those that they start from", (text, before?: string) =>
      before === undefined ? text : `${before},${text}`,
    )
    .option(
      "--parallel <n>",
      "processes at once, each with its share of the threads (default: 1)",
      whole({ min: 1, max: 1024, example: 2 })("--parallel"),
    )
    .option(
      "--threads <n>",
      "threads of the CPU, for all runs together (default: all)",
      whole({ min: 1, max: 1024, example: 2 })("--threads"),
    )
    .option(
      "--max-steps <n>",
      "stop each run so early (to try things out)",
      whole({ min: 1, example: 2 })("--max-steps"),
    )
    .option("--data-dir <dir>", "folder of the data sets (default: $ANCHORED_DATA or the user's cache folder)")
    .addOption(changedDataOption())
    .option("--table", "train nothing: the tables of what is finished")
    .option("--fresh", "start over instead of keeping what is finished")
    .option("--json", "print the numbers")
    .option(
      "--print-array [kind]",
      `run nothing: print what starts several members of the study, ${arrayKinds.join(" | ")} (default: slurm)`,
      oneOf(arrayKinds)("--print-array"),
    )
    .option(
      "--members <n>",
      "of --print-array, how many (default: a member a run; shell: a processor)",
      whole({ min: 1, max: 100_000, example: 4 })("--members"),
    )
    .addHelpText(
      "after",
      `
Each arm and seed is a run folder, OUT/ARM/seed-S, like any other. What is there is kept: a second call skips finished
runs and continues a broken one. The same command may run several times at once, on machines that share OUT: each takes what
no other is at. At the end OUT/study.md, study.json and study.html hold the comparison.

Examples:
  $ anchored study
  $ anchored study masking --seeds 3
  $ anchored study masking --only standard,anchored-0.25 --parallel 2
  $ anchored study my-study.mjs                   a study of your own (docs/studies.md)
  $ anchored study masking --table
  $ anchored study masking --seeds 5 --threads 8 --print-array > masking.sh && sbatch masking.sh
  $ anchored study masking --print-array srun --members 4
  $ anchored study masking --print-array shell | sh   as many processes as there are processors, on this machine`,
    )
    .action(async (name: string | undefined, options: Options) => {
      if (name === undefined) return terminal.out(options.json ? toJson(studies) : list());
      const [known, found] = isModule(name)
        ? [basename(name, extname(name)), await readStudy(name)]
        : [name, studies[oneOf(studyNames)("study")(name) as StudyName]];
      if (options.members !== undefined && !options.printArray)
        throw new UserError(`--members ${options.members}: it belongs to --print-array; give both or neither`);
      if (options.printArray) return terminal.out(arrayOf(known, found, options, name));
      exit(await study(terminal, known, found, options, name));
    });
}

/** A word that names a file, not a study. */
const isModule = (name: string): boolean => /\.[cm]?[jt]s$/.test(name);

const list = (): string =>
  textTable([
    ["study", "arms", "seeds"],
    ...studyNames.map((name) => [
      `${name}: ${studies[name].title}`,
      String(Object.keys(studies[name].arms).length),
      String(studies[name].seeds),
    ]),
  ]);

/** What makes the same numbers again: as it was typed, but for what decides nothing (threads, folders, the output). */
const commandOf = (name: string, { seeds, only, maxSteps }: Pick<Options, "seeds" | "only" | "maxSteps">): string =>
  [
    `anchored study ${name}`,
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
    ...(only === undefined ? [] : [`--only ${only}`]),
    ...(maxSteps === undefined ? [] : [`--max-steps ${maxSteps}`]),
  ].join(" ");

const defaultOut = (name: string): string => join("runs", `study-${name}`);

const onlyOf = ({ arms }: Study, { only }: Options): string[] | undefined =>
  only === undefined ? undefined : listOf(Object.keys(arms))("--only")(only);

/** The script that starts the members of a study, with what else was typed. */
function arrayOf(name: string, study: Study, options: Options, typed: string): string {
  const { printArray, members, threads, out = defaultOut(name), seeds, parallel, maxSteps, dataDir } = options;
  for (const flag of ["fresh", "table"] as const)
    if (options[flag])
      throw new UserError(`--${flag}: members of a study go on with what is there; leave it or --print-array out`);
  const imports = process.argv.flatMap((word, i, all) =>
    word === "--import" ? [word, all[i + 1]] : word.startsWith("--import=") ? [word] : [],
  );
  const given = { out: options.out, seeds, only: options.only, parallel, "max-steps": maxSteps, "data-dir": dataDir };
  return arrayScript({
    kind: printArray === true || printArray === undefined ? "slurm" : printArray,
    study: typed,
    name,
    out,
    members,
    cells: studyCells(study, { seeds, only: onlyOf(study, options) }),
    threads,
    words: [
      ...Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, String(value)])),
      ...(options.changedData ? ["--changed-data"] : []),
      ...imports,
    ],
  });
}

/** Runs what is not finished of a study, writes and prints its outcome. @returns the exit code */
export async function study(
  terminal: Terminal,
  name: string,
  study: Study,
  options: Options,
  typed = name,
): Promise<number> {
  const startedAt = performance.now();
  const { out = defaultOut(name), seeds = study.seeds, parallel = 1, maxSteps, dataDir, changedData } = options;
  const only = onlyOf(study, options);
  const threads = Math.max(1, Math.floor((options.threads ?? availableParallelism()) / parallel));
  if (options.fresh) requireNotShared("--fresh");
  if (options.fresh)
    for (const arm of Object.keys(study.arms)) rmSync(join(out, arm), { recursive: true, force: true });
  const interrupted =
    !options.table &&
    (await terminal.interruptible(async (signal) => {
      const listener = planListenerOf(terminal, signal, parallel);
      const own = () => runStudy(study, { out, seeds, only, threads, maxSteps, dataDir, changedData, ...listener });
      await besideCopies(parallel - 1, threads, { signal, onLine: terminal.note }, own);
      return signal.aborted;
    }));
  const command = commandOf(typed, { ...options, seeds: seeds === study.seeds ? undefined : seeds });
  const summary = await writeOutcome(study, { out, seeds, only, command });
  if (interrupted) {
    terminal.note("stopped; the same command continues from here");
    return INTERRUPTED;
  }
  if (!summary) throw new UserError(`${out} holds no finished run of ${name}; leave out --table to make some`);
  terminal.out(options.json ? toJson(summary) : studyMarkdown(summary));
  if (!options.table) terminal.note(`Done in ${duration((performance.now() - startedAt) / 1000)}.`);
  terminal.note(`page: ${pathToFileURL(resolve(outcomePaths(out).page)).href}`);
  terminal.note(`one run: ${ownCommand()} report ${join(out, summary.arms[0].name, "seed-0")}`);
  return 0;
}
