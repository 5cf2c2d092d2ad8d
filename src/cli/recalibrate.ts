import { Command } from "commander";
import { reporter, textTable, toJson } from "../core/index.ts";
import { dataSetLoader } from "../judge/index.ts";
import { readRun } from "../run/index.ts";
import { type Drift, loadPretrainingImages, loadRunData, type RunDataOptions, recalibrate } from "../train/index.ts";
import { whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";

interface Options extends RunDataOptions {
  readonly out?: string;
  readonly batches: number;
  readonly masked?: boolean;
  readonly json?: boolean;
}

export function recalibrateCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("recalibrate")
    .description("take BatchNorm's running statistics of a run anew, with the same weights, into a new run folder")
    .argument("<run>", "the run folder; it stays as it is")
    .option("--out <dir>", "the new run folder (default: the run's name with -recalibrated)")
    .option(
      "--batches <n>",
      "training batches, as augmented in training, that the statistics are the mean of",
      whole({ min: 1, example: 150 })("--batches"),
      150,
    )
    .option("--masked", "anchored runs: measure masked batches, too, and print how far they lie from ordinary ones");
  for (const option of runDataOptions()) command.addOption(option);
  return command
    .option("--json", "print the drift of every layer as JSON")
    .addHelpText(
      "after",
      `
Masked batches that moved the statistics in training (--mask-statistics all, and every run made before that option)
spoil what prediction normalises by; this mends them without training. So it does after averaging, interpolation or
fine-tuning of weights. Docs: docs/anchoring.md.

Examples:
  $ anchored recalibrate runs/masked
  $ anchored recalibrate runs/masked --batches 300 --out runs/masked-anew
  $ anchored recalibrate runs/masked --masked --json`,
    )
    .action(async (run: string, options: Options) => exit(await runRecalibrate(terminal, run, options)));
}

async function runRecalibrate(terminal: Terminal, run: string, options: Options): Promise<number> {
  const { out = `${run.replace(/[\\/]+$/, "")}-recalibrated`, batches, masked, json, dataDir, changedData } = options;
  const record = readRun(run);
  const { config } = record;
  const { dataSet } = await loadRunData(run, record, dataSetLoader(listenerOf(terminal)), options);
  const pretrainingImages = await loadPretrainingImages(run, config, {
    ...listenerOf(terminal),
    dataDir,
    resume: true,
  });
  const result = await untilInterrupted(terminal, async (signal) => {
    const listener = listenerOf(terminal, signal);
    try {
      return await recalibrate(run, dataSet, {
        out,
        batches,
        measureMasked: masked,
        pretrainingImages,
        changedData,
        onNotice: listener.onNotice,
        signal,
        onProgress: reporter(listener, "measuring", "batches"),
      });
    } finally {
      listener.onProgress?.(undefined);
    }
  });
  if (!result) return INTERRUPTED;
  terminal.out(json ? toJson(result) : driftTable(result));
  terminal.note(`next: ${ownCommand()} evaluate ${run} ${out}`);
  return 0;
}

/** One row a layer: how far its mean lies off, in standard deviations, and the factor on its standard deviation. */
function driftTable({
  before,
  masked,
}: {
  readonly before: readonly Drift[];
  readonly masked?: readonly Drift[];
}): string {
  const cells = ({ mean, deviationRatio }: Drift) => [`${mean.toFixed(3)} σ`, `× ${deviationRatio.toFixed(3)}`];
  const head = ["layer", "kept: mean off by", "deviation", ...(masked ? ["masked: mean off by", "deviation"] : [])];
  const rows = before.map((own, i) => [own.layer, ...cells(own), ...(masked ? cells(masked[i]) : [])]);
  return textTable([head, ...rows]);
}
