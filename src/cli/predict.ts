import { availableParallelism } from "node:os";
import { Command } from "commander";
import { printable, rankAmong, shareInWords, UserError } from "../core/index.ts";
import { type Device, devices } from "../engine/index.ts";
import {
  type Answers,
  type Classifier,
  decodeAll,
  type ModelCard,
  openModel,
  type RunExportOptions,
  type Source,
  sourcesOf,
} from "../export/index.ts";
import type { RunDataOptions } from "../train/index.ts";
import { inferenceOptions } from "./inference-options.ts";
import { oneOf, whole } from "./numbers.ts";
import { dataProgress, listenerOf } from "./progress.ts";
import { runDataOptions } from "./run-data-options.ts";
import { percent } from "./table.ts";
import { temperatureOption } from "./temperature.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends Omit<RunExportOptions, "precision" | "data">, RunDataOptions {
  readonly top: number;
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
file has both inside. Runs and files answer alike.

Examples:
  $ anchored predict runs/cifar cat.jpg dog.png
  $ anchored predict cifar.onnx holiday/ --top 3
  $ anchored predict cifar.onnx holiday/ --json > answers.jsonl
  $ curl -s https://example.org/cat.jpg | anchored predict cifar.onnx -`;

export function predictCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("predict")
    .description("class, confidence and uncertainty of images, by a run or an exported model")
    .argument("<model>", "run folder, or a file that export has written")
    .argument("<images...>", "image files, folders of them, or - for one image from standard input")
    .option("--top <n>", "how many classes to tell", whole({ min: 1, example: 3 })("--top"), 1);
  for (const option of inferenceOptions("runs: ")) command.addOption(option);
  command.addOption(temperatureOption("runs: "));
  for (const option of runDataOptions()) command.addOption(option);
  return command
    .option(
      "--device <name>",
      `what to predict on: ${devices.join(" | ")} (default: cpu)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option("--threads <n>", "threads (default: one a core)", whole({ min: 1, max: 1024, example: 2 })("--threads"))
    .option("--json", "a JSON object a line, for each image")
    .addHelpText("after", examples)
    .action(async (model: string, images: string[], options: Options) =>
      exit(await terminal.interruptible((signal) => runPredict(terminal, model, images, options, signal))),
    );
}

/** Images of which one batch is predicted while the next is read. */
const AT_ONCE = 64;

async function runPredict(
  terminal: Terminal,
  model: string,
  paths: readonly string[],
  { top, json, device, threads = availableParallelism(), dataDir, folder, humanLabels, changedData, ...asked }: Options,
  signal: AbortSignal,
): Promise<number> {
  const exported = { ...asked, data: { dataDir, folder, humanLabels, changedData } };
  const classifier = await openModel(model, { exported, device, threads }, listenerOf(terminal, signal));
  // On a terminal the answers themselves show how far it is.
  const progress = process.stdout.isTTY ? undefined : dataProgress(terminal);
  let failed = 0;
  try {
    const sources = await sourcesOf(paths, terminal.input);
    const batches = Array.from({ length: Math.ceil(sources.length / AT_ONCE) }, (_, i) =>
      sources.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
    );
    let next = decodeAll(batches[0], classifier.card);
    for (const [i, batch] of batches.entries()) {
      signal.throwIfAborted();
      const decoded = await next;
      if (i + 1 < batches.length) next = decodeAll(batches[i + 1], classifier.card);
      const read = batch.map((source, at) => ({ source, image: decoded[at] }));
      const good = read.filter((one): one is { source: Source; image: Uint8Array } => one.image instanceof Uint8Array);
      const answers = good.length > 0 ? await answersTo(classifier, good, top) : [];
      for (const { image } of read)
        if (image instanceof UserError) terminal.note(`anchored: ${printable(image.message)}`);
      failed += read.length - good.length;
      for (const answer of answers) terminal.out(json ? JSON.stringify(answer) : inWords(answer));
      const done = Math.min(sources.length, (i + 1) * AT_ONCE);
      if (batches.length > 1) progress?.update({ label: "predicting", done, total: sources.length, unit: "images" });
    }
    if (failed > 0 && sources.length > 1)
      terminal.note(`${failed} of ${sources.length} files could not be read as images`);
  } finally {
    progress?.stop();
    await classifier.dispose();
  }
  return failed > 0 ? 2 : 0;
}

async function answersTo(
  classifier: Classifier,
  good: readonly { readonly source: Source; readonly image: Uint8Array }[],
  top: number,
): Promise<Answer[]> {
  const answers = await classifier.predict(Buffer.concat(good.map(({ image }) => image)));
  return good.map(({ source }, row) => answerOf(source.name, answers, row, classifier.card, top));
}

function answerOf(
  path: string,
  { logits, probabilities, uncertainty, score }: Answers,
  row: number,
  { classes, scorePercentiles }: ModelCard,
  top: number,
): Answer {
  const first = row * classes.length;
  // Of logits, as the model's label: probabilities of a high temperature may be equal.
  const order = Array.from(classes.keys()).sort((a, b) => logits[first + b] - logits[first + a]);
  const told = order.slice(0, top).map((k) => ({
    class: classes[k],
    probability: probabilities[first + k],
    ...(uncertainty && { std: uncertainty[first + k] }),
  }));
  return {
    path,
    class: told[0].class,
    confidence: told[0].probability,
    uncertainty: score[row],
    ...(scorePercentiles && { uncertaintyRank: rankAmong(scorePercentiles, score[row]) }),
    top: told,
  };
}

const inWords = ({ path, class: name, confidence, uncertainty, uncertaintyRank, top }: Answer): string => {
  const others = top.slice(1).map((one) => `${one.class} ${percent(one.probability)}`);
  const among =
    uncertaintyRank === undefined ? "" : `, more unsure than on ${shareInWords(uncertaintyRank, "validation image")}`;
  const line = [path, name, percent(confidence), `uncertainty ${uncertainty.toFixed(4)}${among}`, ...others];
  return line.map(printable).join("\t");
};
