import { availableParallelism } from "node:os";
import { Command } from "commander";
import { type Device, devices } from "../engine/index.ts";
import { drawOptions } from "./detection.ts";
import { inferenceOptions } from "./inference-options.ts";
import { oneOf, whole } from "./numbers.ts";
import { isAskedByNames, predictByNames, type ZeroShotFlags, zeroShotOptions } from "./predict-by-names.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptions } from "./regression-options.ts";
import { runDataOptions } from "./run-data-options.ts";
import { commandsOf, type ModelFlags } from "./tasks.ts";
import { temperatureOption } from "./temperature.ts";
import type { Terminal } from "./terminal.ts";
import { verdictOptions } from "./verdict-options.ts";

const examples = `
One line for each image: path, class, confidence, uncertainty. Images may be of any common format and size: they are
turned by their EXIF tag, laid on white where transparent, scaled to cover a square and cropped to its middle. Of a
folder all files below it are read; a file that is no image is named, the others go on, and the exit code is 2.
Uncertainty is how much the answer depends on the reference (0 to about 0.5); of models without references it is
1 − confidence. Beside it stands on how many validation images of the training data the model is less unsure. For that,
and for the temperature, the first command on a run predicts these images and keeps the result in the run; an exported
file has both inside. Runs and files answer alike. With --verdict, or by a file that was exported with it, the line says whether
the image is known or foreign.

A regression's line holds its targets in their own units: the mean, ± its standard deviation where it gives one, [ends] of
the conformal interval where the model was made with --conformal, and quantiles where they were trained. A table needs the
columns that the run was trained on, in any order; a row without a number in one of them is named, the others go on, and
the exit code is 2.

A detector's line holds what is found, the surest first: class, score, [x y width height] in the picture's own pixels and, of
anchored ones, ± the mean standard deviation of its sides. Pictures are put whole into a square.

A folder of CLIP's weights (model.safetensors, config.json, tokenizer.json) is asked by the names of classes, whatever they
are; its line holds path, class and probability among these names (docs/vision-language.md).

Examples:
  $ anchored predict runs/cifar cat.jpg dog.png
  $ anchored predict cifar.onnx holiday/ --top 3
  $ anchored predict cifar.onnx holiday/ --json > answers.jsonl
  $ anchored predict runs/cars new-cars.csv --json
  $ anchored predict cars.onnx new-cars.csv
  $ anchored predict runs/scenes street.png --draw found.png
  $ anchored predict clip/ holiday/ --classes "a beach,a mountain,a city at night" --top 2
  $ curl -s https://example.org/cat.jpg | anchored predict cifar.onnx -`;

export function predictCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("predict")
    .description(
      "class, confidence and uncertainty of images, a regression's numbers, or objects with their boxes, by a run or an exported model; or which of the named classes they show, by a CLIP",
    )
    .argument("<model>", "run folder, a file that export has written, or a folder of CLIP's weights")
    .argument(
      "<inputs...>",
      "image files, folders of them, or - for one image from standard input; of regressions on numbers tables (.csv, .tsv, .json)",
    )
    .option("--top <n>", "how many classes to tell (default: 1)", whole({ min: 1, example: 3 })("--top"));
  for (const option of inferenceOptions("runs: ")) command.addOption(option);
  command.addOption(temperatureOption("runs: "));
  for (const option of [...verdictOptions("runs: "), ...runDataOptions(), ...regressionOptions("runs: ")])
    command.addOption(option);
  for (const option of [...zeroShotOptions(), ...drawOptions()]) command.addOption(option);
  return command
    .option(
      "--device <name>",
      `what to predict on: ${devices.join(" | ")} (default: cpu)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option("--threads <n>", "threads (default: one a core)", whole({ min: 1, max: 1024, example: 2 })("--threads"))
    .option(
      "--delimiter <text>",
      "tables: what separates the values (default: a tab in .tsv and .tab files, else a comma)",
    )
    .option("--json", "a JSON object a line, for each image or row")
    .addHelpText("after", examples)
    .action(async (path: string, inputs: string[], flags: ModelFlags & Omit<ZeroShotFlags, "threads">) => {
      const threads = flags.threads ?? availableParallelism();
      if (isAskedByNames(path, command, flags)) {
        const asked = (signal: AbortSignal) => predictByNames(terminal, path, inputs, { ...flags, threads }, signal);
        exit(await terminal.interruptible(asked));
        return;
      }
      const commands = commandsOf(path, command, flags);
      const predict = async (signal: AbortSignal) => {
        const model = await commands.open(path, { ...flags, threads }, listenerOf(terminal, signal));
        return commands.predict(terminal, model, inputs, flags, signal).finally(() => model.dispose());
      };
      exit(await terminal.interruptible(predict));
    });
}
