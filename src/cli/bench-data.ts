import { availableParallelism } from "node:os";
import { Command } from "commander";
import { benchData, type DataBenchOptions, dataTable, pipelineNames } from "../bench/index.ts";
import { toJson } from "../core/index.ts";
import { listOf, real, whole } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

export const dataBenchCommand = (terminal: Terminal): Command =>
  new Command("data")
    .description("images/s of every augmentation, in threads, beside what a training step of ResNet-20 needs")
    .option("--pipelines <a,b>", `of ${pipelineNames.join(", ")} (default: all)`, listOf(pipelineNames)("--pipelines"))
    .option("--image-size <pixels>", "side", whole({ min: 8, max: 1024, example: 32 })("--image-size"), 32)
    .option(
      "--workers <n>",
      "threads (default: one a core)",
      whole({ min: 1, max: 256, example: 2 })("--workers"),
      availableParallelism(),
    )
    .option("--seconds <n>", "measured each", real({ min: 0, above: true, example: 2 })("--seconds"), 2)
    .option("--json", "print all that was measured")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored bench data
  $ anchored bench data --pipelines augMix,pixMix --image-size 64 --workers 1 --json`,
    )
    .action(async ({ json, ...options }: DataBenchOptions & { json?: boolean }) => {
      const rows = await terminal.interruptible((signal) =>
        benchData(options, signal, ({ pipeline, imagesPerSecond, timesStep }) =>
          terminal.note(`  ${pipeline}: ${imagesPerSecond.toFixed(0)} images/s, ${timesStep.toFixed(1)} × the step`),
        ),
      );
      terminal.out(json ? toJson(rows) : dataTable(rows));
    });
