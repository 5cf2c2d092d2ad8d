import { Command } from "commander";
import { benchClip, clipTable, clipWorkNames } from "../bench/index.ts";
import { toJson } from "../core/index.ts";
import { listOf, text, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly work?: string[];
  readonly batchSize?: number;
  readonly steps?: number;
  readonly rounds?: number;
  readonly threads?: number;
  readonly python?: string;
  readonly json?: boolean;
}

const number = (flag: string, example: number) => whole({ min: 1, max: 1024, example })(flag);

export const clipBenchCommand = (terminal: Terminal): Command =>
  new Command("clip")
    .description("a training step of a small CLIP and image embeddings of ViT-B/32, beside PyTorch's")
    .option("--work <a,b>", `of ${clipWorkNames.join(", ")} (default: all)`, listOf(clipWorkNames)("--work"))
    .option("--batch-size <n>", "images of a step (default: training 64, else 32)", number("--batch-size", 32))
    .option("--steps <n>", "timed steps of a side in each round (default: 3)", number("--steps", 3))
    .option("--rounds <n>", "turns that both sides take (default: 5)", number("--rounds", 5))
    .option("--threads <n>", "threads (default: one a core)", number("--threads", 2))
    .option("--python <path>", "a Python that has PyTorch (default: Debian's, else python3)", text("--python"))
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      `
Both sides compute the same of the same random weights, which is held to first. program: weights are arguments, as predict and
evaluate run it; file: they are inside, as export writes it. Needs the Debian packages python3-torch libopenblas0-pthread.

Examples:
  $ anchored bench clip
  $ anchored bench clip --work training --steps 1 --rounds 1 --batch-size 4     whether it runs`,
    )
    .action(async ({ json, ...options }: Options) => {
      const rows = await terminal.interruptible((signal) =>
        benchClip({ ...options, signal, onRound: (line) => terminal.note(`  ${line}`) }),
      );
      terminal.out(json ? toJson(rows) : clipTable(rows));
    });
