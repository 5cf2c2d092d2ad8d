import { Command } from "commander";
import { benchGroup, type GroupBenchOptions, groupBenchModels, groupTable, pairLine } from "../bench/index.ts";
import { toJson } from "../core/index.ts";
import { listOf, text, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

export const groupBenchCommand = (terminal: Terminal): Command =>
  new Command("group")
    .description("images/s of training by several processes under MPI, in turns with one process of as many threads")
    .option("--models <a,b>", `of ${groupBenchModels.join(", ")} (default: all)`, listOf(groupBenchModels)("--models"))
    .option("--ranks <n>", "processes of the group", whole({ min: 2, max: 64, example: 2 })("--ranks"), 2)
    .option(
      "--threads <n>",
      "of the process by itself, and of all ranks together (default: one a core)",
      whole({ min: 2, max: 1024, example: 2 })("--threads"),
    )
    .option("--pairs <n>", "turns of each side", whole({ min: 1, example: 5 })("--pairs"), 5)
    .option("--steps <n>", "timed steps of a turn", whole({ min: 1, example: 5 })("--steps"), 5)
    .option("--sync-batch-norm", "BatchNorm's means are of all ranks; without the vision transformer, which has none")
    .option("--mpirun <command>", "that starts the ranks (default: the first that is installed)", text("--mpirun"))
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored bench group                                  2 ranks: some 3 minutes on 2 cores
  $ anchored bench group --models resnet18 --ranks 4 --threads 8
  $ anchored bench group --sync-batch-norm --json
  $ anchored bench group --mpirun mpirun.mpich`,
    )
    .action(async ({ json, ...options }: GroupBenchOptions & { json?: boolean }) => {
      const rows = await terminal.interruptible((signal) =>
        benchGroup({ ...options, signal, onPair: (progress) => terminal.note(`  ${pairLine(progress)}`) }),
      );
      terminal.out(json ? toJson(rows) : groupTable(rows));
    });
