import { availableParallelism } from "node:os";
import { Command } from "commander";
import { percent, printable, rankAmong, shareInWords } from "../core/index.ts";
import { type Device, devices } from "../engine/index.ts";
import {
  type Answers,
  type Classifier,
  isRegressionModel,
  type ModelCard,
  openModel,
  type RunExportOptions,
  type VerdictAnswer,
  verdictAt,
} from "../export/index.ts";
import type { RunDataOptions } from "../train/index.ts";
import { refuseRegressionFlags } from "./class-flags.ts";
import type { RegressionExportFlags } from "./export-regression.ts";
import { answerImages, type ReadImage } from "./image-answers.ts";
import { inferenceOptions } from "./inference-options.ts";
import { oneOf, whole } from "./numbers.ts";
import { predictRegression } from "./predict-regression.ts";
import { listenerOf } from "./progress.ts";
import { regressionOptionNames, regressionOptions } from "./regression-options.ts";
import { runDataOptions } from "./run-data-options.ts";
import { temperatureOption } from "./temperature.ts";
import type { Terminal } from "./terminal.ts";
import { verdictInWords, verdictOptions } from "./verdict-options.ts";

interface Options
  extends Omit<RunExportOptions, "precision" | "data">,
    RunDataOptions,
    Omit<RegressionExportFlags, "precision"> {
  readonly top?: number;
  readonly delimiter?: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly json?: boolean;
}

/** An image's answer, a line of `--json`. */
interface Answer {
  readonly path: string;
  readonly class: string;
  /** Largest probability. */
  readonly confidence: number;
  /** The model's `score`. */
  readonly uncertainty: number;
  /** The share of validation images on which the model is less unsure, 0 to 1; absent where the model does not keep it. */
  readonly uncertaintyRank?: number;
  /** Whether the image is like those of the training; absent where the model was made without. */
  readonly verdict?: VerdictAnswer;
  /** The most probable classes, as many as `--top` says. */
  readonly top: readonly { readonly class: string; readonly probability: number; readonly std?: number }[];
}

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

Examples:
  $ anchored predict runs/cifar cat.jpg dog.png
  $ anchored predict cifar.onnx holiday/ --top 3
  $ anchored predict cifar.onnx holiday/ --json > answers.jsonl
  $ anchored predict runs/cars new-cars.csv --json
  $ anchored predict cars.onnx new-cars.csv
  $ curl -s https://example.org/cat.jpg | anchored predict cifar.onnx -`;

export function predictCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("predict")
    .description(
      "class, confidence and uncertainty of images, or a regression's numbers, by a run or an exported model",
    )
    .argument("<model>", "run folder, or a file that export has written")
    .argument(
      "<inputs...>",
      "image files, folders of them, or - for one image from standard input; of regressions on numbers tables (.csv, .tsv, .json)",
    )
    .option("--top <n>", "how many classes to tell (default: 1)", whole({ min: 1, example: 3 })("--top"));
  for (const option of inferenceOptions("runs: ")) command.addOption(option);
  command.addOption(temperatureOption("runs: "));
  for (const option of [...verdictOptions("runs: "), ...runDataOptions(), ...regressionOptions("runs: ")])
    command.addOption(option);
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
    .action(async (model: string, inputs: string[], options: Options) => {
      const { options: flags } = command;
      if (isRegressionModel(model)) {
        const predict = (signal: AbortSignal) => predictRegression(terminal, model, inputs, options, flags, signal);
        return exit(await terminal.interruptible(predict));
      }
      refuseRegressionFlags(model, options, [...regressionOptionNames, "delimiter"], flags);
      exit(await terminal.interruptible((signal) => runPredict(terminal, model, inputs, options, signal)));
    });
}

async function runPredict(
  terminal: Terminal,
  model: string,
  paths: readonly string[],
  {
    top = 1,
    json,
    device,
    threads = availableParallelism(),
    dataDir,
    folder,
    humanLabels,
    changedData,
    ...asked
  }: Options,
  signal: AbortSignal,
): Promise<number> {
  const exported = { ...asked, data: { dataDir, folder, humanLabels, changedData } };
  const classifier = await openModel(model, { exported, device, threads }, listenerOf(terminal, signal));
  const answer = async (good: readonly ReadImage[]) =>
    (await answersTo(classifier, good, top)).map((one) => (json ? JSON.stringify(one) : inWords(one)));
  try {
    return await answerImages(terminal, paths, classifier.card, answer, { signal });
  } finally {
    await classifier.dispose();
  }
}

async function answersTo(classifier: Classifier, good: readonly ReadImage[], top: number): Promise<Answer[]> {
  const answers = await classifier.predict(Buffer.concat(good.map(({ image }) => image)));
  return good.map(({ source }, row) => answerOf(source.name, answers, row, classifier.card, top));
}

function answerOf(path: string, answers: Answers, row: number, card: ModelCard, top: number): Answer {
  const { logits, probabilities, uncertainty, score } = answers;
  const { classes, scorePercentiles } = card;
  const first = row * classes.length;
  // Of logits, as the model's label: probabilities of a high temperature may be equal.
  const order = Array.from(classes.keys()).sort((a, b) => logits[first + b] - logits[first + a]);
  const told = order.slice(0, top).map((k) => ({
    class: classes[k],
    probability: probabilities[first + k],
    ...(uncertainty && { std: uncertainty[first + k] }),
  }));
  const verdict = verdictAt(answers, row, card);
  return {
    path,
    class: told[0].class,
    confidence: told[0].probability,
    uncertainty: score[row],
    ...(scorePercentiles && { uncertaintyRank: rankAmong(scorePercentiles, score[row]) }),
    ...(verdict && { verdict }),
    top: told,
  };
}

const inWords = ({ path, class: name, confidence, uncertainty, uncertaintyRank, verdict, top }: Answer): string => {
  const others = top.slice(1).map((one) => `${one.class} ${percent(one.probability)}`);
  const among =
    uncertaintyRank === undefined ? "" : `, more unsure than on ${shareInWords(uncertaintyRank, "validation image")}`;
  const told = verdict ? verdictInWords(verdict) : [];
  const line = [path, name, percent(confidence), `uncertainty ${uncertainty.toFixed(4)}${among}`, ...told, ...others];
  return line.map(printable).join("\t");
};
