import { Command } from "commander";
import { toJson } from "../core/index.ts";
import { inferenceOptions } from "./inference-options.ts";
import { oneOf, whole } from "./numbers.ts";
import { activationOption } from "./predict-by-names.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptions } from "./regression-options.ts";
import { runDataOptions } from "./run-data-options.ts";
import { commandsOf, type ModelFlags } from "./tasks.ts";
import { temperatureOption } from "./temperature.ts";
import { ownCommand, type Terminal } from "./terminal.ts";
import { verdictOptions } from "./verdict-options.ts";

interface Options extends ModelFlags {
  readonly out: string;
}

const examples = `
Of a classifier the file takes uint8 images [N, height, width, channels] of any N and gives logits, probabilities, label, uncertainty
and score; references, temperature, classes and normalisation are inside it. Of a regression it takes numbers [N, columns]
or such images and gives mean, standard_deviation, quantiles, lower and upper, in the targets' own units, as far as the run
has them. docs/export.md says what each is. Of a detector it takes such images, square, and gives boxes, scores and classes: docs/detection.md. Of a dual encoder, or a CLIP, two files go into a folder, with the tokenizer:
docs/vision-language.md.

Examples:
  $ anchored export runs/cifar --out cifar.onnx
  $ anchored export runs/cifar --out cifar.onnx --k 5 --temperature 1
  $ anchored export runs/cifar --out small.onnx --precision float16 --protocol single
  $ anchored export runs/cifar --out cifar.onnx --verdict --nearest 500     known or foreign, and what it is like
  $ anchored export runs/cars --out cars.onnx --conformal 0.9     a regression
  $ anchored export runs/scenes --out scenes.onnx    a detector: boxes, scores, classes
  $ anchored export runs/pairs --out pairs-onnx      image.onnx, text.onnx, tokenizer.json, dual-encoder.json
  $ anchored predict cifar.onnx holiday/`;

export function exportCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("export")
    .description(
      "write a run as one ONNX file that any ONNX runtime opens, references and uncertainty inside; a dual encoder as two",
    )
    .argument("<run>", "run folder, or a folder of CLIP's weights")
    .requiredOption("--out <file>", "where it goes, e.g. model.onnx; of a dual encoder a folder");
  for (const option of inferenceOptions()) command.addOption(option);
  command
    .addOption(temperatureOption())
    .option(
      "--precision <name>",
      "what weights are stored in: float32 | float16 (half the file; computed is in float32) (default: float32)",
      oneOf(["float32", "float16"])("--precision") as (text: string) => "float32" | "float16",
    )
    .option("--threads <n>", "threads (default: one a core)", whole({ min: 1, max: 1024, example: 2 })("--threads"));
  for (const option of [...verdictOptions(), ...runDataOptions(), ...regressionOptions(), activationOption()])
    command.addOption(option);
  return command
    .option("--json", "print what was written as JSON")
    .addHelpText("after", examples)
    .action(async (run: string, options: Options) => {
      const commands = commandsOf(run, command, options);
      const { written, words, inputs } = await terminal.interruptible((signal) =>
        commands.export(run, options, listenerOf(terminal, signal)),
      );
      terminal.out(options.json ? toJson(written) : words);
      if (inputs) terminal.note(`next: ${ownCommand()} predict ${written.file} ${inputs}`);
      exit(0);
    });
}
