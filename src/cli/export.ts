import { Command } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type Exported, type WriteOptions, writeModel } from "../export/index.ts";
import { isRegressionRun, type RunDataOptions } from "../train/index.ts";
import { refuseRegressionFlags } from "./class-flags.ts";
import { exportRegressionRun, type RegressionExportFlags } from "./export-regression.ts";
import { inferenceOptions } from "./inference-options.ts";
import { oneOf, whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptionNames, regressionOptions } from "./regression-options.ts";
import { runDataOptions } from "./run-data-options.ts";
import { temperatureOption } from "./temperature.ts";
import { ownCommand, type Terminal } from "./terminal.ts";
import { verdictOptions } from "./verdict-options.ts";

interface Options
  extends Omit<WriteOptions, "data" | "temperature">,
    Partial<Pick<WriteOptions, "temperature">>,
    RunDataOptions,
    RegressionExportFlags {
  readonly json?: boolean;
}

const examples = `
Of a classifier the file takes uint8 images [N, height, width, channels] of any N and gives logits, probabilities, label, uncertainty
and score; references, temperature, classes and normalisation are inside it. Of a regression it takes numbers [N, columns]
or such images and gives mean, standard_deviation, quantiles, lower and upper, in the targets' own units, as far as the run
has them. docs/export.md says what each is.

Examples:
  $ anchored export runs/cifar --out cifar.onnx
  $ anchored export runs/cifar --out cifar.onnx --k 5 --temperature 1
  $ anchored export runs/cifar --out small.onnx --precision float16 --protocol single
  $ anchored export runs/cifar --out cifar.onnx --verdict --nearest 500     known or foreign, and what it is like
  $ anchored export runs/cars --out cars.onnx --conformal 0.9     a regression
  $ anchored predict cifar.onnx holiday/`;

export function exportCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("export")
    .description("write a run as one ONNX file that any ONNX runtime opens, references and uncertainty inside")
    .argument("<run>", "run folder")
    .requiredOption("--out <file>", "where it goes, e.g. model.onnx");
  for (const option of inferenceOptions()) command.addOption(option);
  command
    .addOption(temperatureOption())
    .option(
      "--precision <name>",
      "what weights are stored in: float32 | float16 (half the file; computed is in float32) (default: float32)",
      oneOf(["float32", "float16"])("--precision") as (text: string) => "float32" | "float16",
    )
    .option("--threads <n>", "threads (default: one a core)", whole({ min: 1, max: 1024, example: 2 })("--threads"));
  for (const option of [...verdictOptions(), ...runDataOptions(), ...regressionOptions()]) command.addOption(option);
  return command
    .option("--json", "print what was written as JSON")
    .addHelpText("after", examples)
    .action(async (run: string, options: Options) => {
      if (isRegressionRun(run)) await exportRegressionRun(terminal, run, options, command.options);
      else {
        refuseRegressionFlags(run, options, regressionOptionNames, command.options);
        await exportClassifierRun(terminal, run, options);
      }
      exit(0);
    });
}

async function exportClassifierRun(
  terminal: Terminal,
  run: string,
  { json, temperature = "auto", dataDir, folder, humanLabels, changedData, ...options }: Options,
): Promise<void> {
  const data = { dataDir, folder, humanLabels, changedData };
  const exported = await terminal.interruptible((signal) =>
    writeModel(run, { ...options, temperature, data, ...listenerOf(terminal, signal) }),
  );
  terminal.out(json ? toJson(exported) : inWords(exported));
  terminal.note(`next: ${ownCommand()} predict ${exported.file} IMAGE`);
}

function inWords({ file, bytes, card, temperatureImages, check, accuracy }: Exported): string {
  const asked = card.references === 0 ? "no references" : `${card.references} references`;
  const fitted = temperatureImages === undefined ? "" : ` (fitted on ${temperatureImages} validation images)`;
  const lines = [
    `${file}  ${(bytes / 2 ** 20).toFixed(2)} MiB`,
    `  ${card.name}: ${card.classes.length} classes, ${card.width}×${card.height}×${card.channels}`,
    `  ${asked}, temperature ${Number(card.temperature.toPrecision(4))}${fitted}, ${card.weights} weights in ${card.precision}`,
    `  logits of ${check.images} images (${check.set}) within ${check.largestDifference.toExponential(1)} of the run's`,
  ];
  if (card.verdict)
    lines.push(
      `  known or foreign by ${card.verdict.score}: known from ${card.verdict.threshold.toFixed(3)}, which keeps ${percent(card.verdict.keeps)} of ${card.verdict.validation.images} validation images`,
    );
  if (accuracy)
    lines.push(
      `  validation accuracy ${percent(accuracy.float16)} in float16, ${percent(accuracy.float32)} in float32: ${accuracy.changed} of ${accuracy.images} answers differ`,
    );
  return lines.join("\n");
}
