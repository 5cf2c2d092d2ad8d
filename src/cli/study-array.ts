import { availableParallelism } from "node:os";
import { UserError } from "../core/index.ts";
import { ownCommand } from "./terminal.ts";

/** What starts the members of a study. */
export const arrayKinds = ["slurm", "srun", "shell"] as const;
export type ArrayKind = (typeof arrayKinds)[number];

export interface StudyArray {
  readonly kind: ArrayKind;
  /** As it was typed: a name or a module. */
  readonly study: string;
  /** For jobs and logs. */
  readonly name: string;
  /** Where everything goes. */
  readonly out: string;
  /** How many processes; on one machine as many as it has processors where absent, else as many as there are cells. */
  readonly members?: number;
  /** Arms with seeds: a process more has nothing to do. */
  readonly cells: number;
  /** Of each member, where that was said. */
  readonly threads?: number;
  /** What else was typed, in words. */
  readonly words: readonly string[];
}

/** A script that starts the members of a study, each of which takes what no other is at. */
export function arrayScript(array: StudyArray): string {
  const { kind, cells, members = kind === "shell" ? Math.min(cells, availableParallelism()) : cells } = array;
  return `${scripts[kind]({ ...array, members }).join("\n")}`;
}

type Script = (array: StudyArray & { readonly members: number }) => string[];

const explained = (cells: number) => [
  `# ${cells} runs; each member takes what no other is at. Once all of them are done, the study's page is written;`,
  "# until then a member with nothing left waits, to take over what one leaves that fails. Submitted again, it goes on.",
];

const scripts: Readonly<Record<ArrayKind, Script>> = {
  slurm: ({ name, out: _, members, cells, threads, ...array }) => [
    "#!/bin/bash",
    `#SBATCH --job-name=${quoted(`anchored-${name}`)}`,
    `#SBATCH --array=0-${members - 1}`,
    "#SBATCH --ntasks=1",
    processors("#SBATCH", threads),
    `#SBATCH --output=${quoted(`anchored-${name}-%a.log`)}`,
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
    ...explained(cells),
    "# A member has as many threads as its task has processors. Before its time limit Slurm sends SIGTERM: its run goes on later.",
    `srun --mpi=none ${memberCommand({ ...array, threads })}`,
  ],
  srun: ({ members, cells, threads, name: _, out: __, ...array }) => [
    ...explained(cells),
    `srun --ntasks=${members} ${threads === undefined ? "" : `--cpus-per-task=${threads} `}--mpi=none --kill-on-bad-exit=0 ${memberCommand({ ...array, threads })}`,
  ],
  shell: ({ out, members, cells, threads, name: _, ...array }) => {
    const share = threads ?? Math.max(1, Math.floor(availableParallelism() / members));
    return [
      "#!/bin/sh",
      ...explained(cells),
      `mkdir -p ${quoted(out)}`,
      ...Array.from(
        { length: members },
        (_, i) => `${memberCommand({ ...array, threads: share })} > ${quoted(`${out}/member-${i}.log`)} 2>&1 &`,
      ),
      "wait",
    ];
  },
};

/** Slurm gives one where nothing is said. */
const processors = (comment: string, threads: number | undefined): string =>
  threads === undefined ? `#${comment} --cpus-per-task=8` : `${comment} --cpus-per-task=${threads}`;

function memberCommand({ study, threads, words }: Pick<StudyArray, "study" | "threads" | "words">): string {
  const asked = [...words, ...(threads === undefined ? [] : ["--threads", String(threads)])];
  // Not `npm run`, by which each member would build the package.
  const { npm_command } = process.env;
  return [ownCommand({ npm_command }), ...["study", study, ...asked].map(quoted)].join(" ");
}

/** A word as shells take it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** @throws UserError where this process is one of several: what one has finished, the next would remove */
export function requireNotShared(flag: string, env: NodeJS.ProcessEnv = process.env): void {
  const counts = ["SLURM_STEP_NUM_TASKS", "SLURM_ARRAY_TASK_COUNT", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE"];
  const shared = counts.find((name) => Number(env[name]) > 1);
  if (shared)
    throw new UserError(
      `${flag}: one of ${env[shared]} processes that share the study would remove what others have done; choose another --out`,
    );
}
