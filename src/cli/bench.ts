import { Command, Option } from "commander";
import {
  benchEngine,
  benchModels,
  benchPasses,
  benchPeers,
  engineTable,
  passesTable,
  peersTable,
  roundLine,
} from "../bench/index.ts";
import { toJson } from "../core/index.ts";
import { passes } from "../engine/index.ts";
import { clipBenchCommand } from "./bench-clip.ts";
import { corruptBenchCommand } from "./bench-corrupt.ts";
import { dataBenchCommand } from "./bench-data.ts";
import { groupBenchCommand } from "./bench-group.ts";
import { listOf, text, whole, wholeList } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

const passNames = passes.map(({ name }) => name);
const backends = ["portable", "blocked"] as const;

interface Options {
  readonly models?: string[];
  readonly backends?: (typeof backends)[number][];
  readonly steps?: number;
  readonly threads?: number[];
  readonly oracle: boolean;
  readonly peers?: boolean;
  readonly passes?: string[] | true;
  readonly python?: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  $ anchored bench engine
  $ anchored bench engine --models resnet20 --backends portable,blocked --no-oracle
  $ anchored bench engine --peers                          beside PyTorch: about a quarter of an hour
  $ anchored bench engine --peers --models resnet20 --threads 1,2 --json
  $ anchored bench engine --passes --models resnet20       what each of the engine's passes does`;

export function benchCommand(terminal: Terminal): Command {
  const command = new Command("bench").description(
    "measure how fast this machine trains, augments and corrupts images",
  );
  command.addCommand(dataBenchCommand(terminal));
  command.addCommand(corruptBenchCommand(terminal));
  command.addCommand(groupBenchCommand(terminal));
  command.addCommand(clipBenchCommand(terminal));
  command
    .command("engine")
    .description("images/s of compiled training steps, and of the same step by jax-js's own backend and by PyTorch")
    .option("--models <a,b>", `of ${benchModels.join(", ")} (default: all)`, listOf(benchModels)("--models"))
    .option(
      "--backends <a,b>",
      `of ${backends.join(", ")} (default: the one that training uses here)`,
      listOf(backends)("--backends") as (text: string) => (typeof backends)[number][],
    )
    .option(
      "--steps <n>",
      "timed steps, of which the fastest counts (default: 10; with --peers in each of five rounds, 3)",
      whole({ min: 1, example: 10 })("--steps"),
    )
    .option(
      "--threads <a,b>",
      "measured with each of these (default: all)",
      wholeList({ min: 1, max: 1024, example: 2 })("--threads"),
    )
    .option("--no-oracle", "without jax-js's own backend, which takes most of the time")
    .option(
      "--peers",
      "in turns with PyTorch's eager step; needs the Debian packages python3-torch libopenblas0-pthread",
    )
    .addOption(
      new Option("--passes [a,b]", "with all of the engine's passes in turns with the step without one (default: each)")
        .argParser(listOf(passNames)("--passes"))
        .conflicts("peers"),
    )
    .option("--python <path>", "a Python that has PyTorch (default: Debian's, else python3)", text("--python"))
    .option("--json", "print all that was measured")
    .addHelpText("after", examples)
    .action(async ({ json, peers, passes: left, python, ...options }: Options) => {
      const last = peers ? "last" : "first";
      const oracle = options.oracle && !left;
      terminal.note(`measuring${oracle ? `, jax-js's own backend ${last}: some minutes` : ""}`);
      await terminal.interruptible(async (signal) => {
        if (left) {
          const onRow = ({ model, pass, ratio }: { model: string; pass: string; ratio: number }) =>
            terminal.note(`  ${model} without ${pass}: ${ratio.toFixed(2)} × the time`);
          const rows = await benchPasses({ ...options, passes: left === true ? undefined : left, signal, onRow });
          terminal.out(json ? toJson(rows) : passesTable(rows));
          return;
        }
        if (peers) {
          const onRound = (progress: Parameters<typeof roundLine>[0]) => terminal.note(`  ${roundLine(progress)}`);
          const rows = await benchPeers({ ...options, python, signal, onRound });
          terminal.out(json ? toJson(rows) : peersTable(rows));
        } else {
          const onRow = (row: { model: string; backend: string }) =>
            terminal.note(`  ${row.model}, ${row.backend}: measured`);
          const rows = await benchEngine({ ...options, signal, onRow });
          terminal.out(json ? toJson(rows) : engineTable(rows));
        }
      });
    });
  return command;
}
