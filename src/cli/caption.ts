import { Command } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type CaptionedFolder, captionFolder } from "../train/index.ts";
import {
  addDualEncoderFlags,
  classDataFlags,
  type DualEncoderFlags,
  dualEncoderArgument,
} from "./dual-encoder-options.ts";
import { real, whole } from "./numbers.ts";
import { listenerOf } from "./progress.ts";
import { INTERRUPTED, ownCommand, type Terminal, untilInterrupted } from "./terminal.ts";
import { givenOptions } from "./train-flags.ts";

interface Options extends DualEncoderFlags {
  readonly out?: string;
  readonly words?: number;
  readonly threshold?: number;
  readonly template?: string;
  readonly fewest?: number;
  readonly largestShare?: number;
  readonly json?: boolean;
}

export function captionCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("caption")
    .description(
      "write a captions.jsonl for a folder of images, of words that a tagger trained on captions finds in them",
    )
    .argument(...dualEncoderArgument)
    .argument("<images>", "the folder whose images are captioned, with those below it")
    .option("--out <file>", "the file that is written (default: captions.jsonl in the folder)")
    .option(
      "--words <n>",
      "words said of an image at most (default: 4)",
      whole({ min: 1, max: 1000, example: 3 })("--words"),
    )
    .option(
      "--threshold <p>",
      "what a word's probability must be above; where none is, the likeliest stands alone (default: 0.3)",
      real({ min: 0, max: 1, example: 0.5 })("--threshold"),
    )
    .option("--template <text>", 'what is said, with {} for the words (default: "a picture of {}")')
    .option(
      "--fewest <n>",
      "training images that a word must be said of to be learned (default: 5)",
      whole({ min: 1, example: 3 })("--fewest"),
    )
    .option(
      "--largest-share <share>",
      "of the training images that a word may be said of to be learned (default: 0.3)",
      real({ min: 0, max: 1, above: true, example: 0.5 })("--largest-share"),
    );
  return addDualEncoderFlags(command)
    .option("--json", "print what came out as JSON")
    .addHelpText(
      "after",
      `
--data, --folder and their options say what the tagger learns from: captions of training images; validation images choose the
strength of its penalty and give its precision and recall. The data of the dual encoder's own training are the default. Docs:
docs/vision-language.md.

Examples:
  $ anchored caption runs/pairs photos                           photos/captions.jsonl
  $ anchored caption clip photos --folder captioned --words 3    learns from captioned/captions.jsonl
  $ anchored train --task contrastive --init runs/pairs --folder photos --texts classes --caption-weight 1 --out runs/tuned`,
    )
    .action(async (from: string, images: string, options: Options) =>
      exit(await runCaption(terminal, [from, images], options, givenOptions(command, classDataFlags()))),
    );
}

async function runCaption(
  terminal: Terminal,
  [from, images]: readonly [from: string, images: string],
  { json, ...options }: Options,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { out, words, threshold, template, fewest, largestShare } = options;
  const { activation, dataDir, changedData, k, threads, device } = options;
  const captioned = await untilInterrupted(terminal, (signal) =>
    captionFolder(from, images, {
      ...{ out, words, threshold, template, fewest, largestShare },
      ...{ activation, dataDir, changedData, k, threads, device, given },
      ...listenerOf(terminal, signal),
    }),
  );
  if (!captioned) return INTERRUPTED;
  terminal.out(json ? toJson({ from, ...captioned }) : inWords(captioned));
  if (out === undefined)
    terminal.note(
      `next: ${ownCommand()} train --task contrastive --init ${from} --folder ${images} --texts classes --caption-weight 1 --out runs/tuned`,
    );
  return 0;
}

function inWords(told: CaptionedFolder): string {
  const { precision, recall, usualPrecision } = told.validation;
  const unsure =
    told.unsure === 0 ? "" : `; of ${told.unsure} no word was likely enough, and the likeliest stands alone`;
  return [
    `${told.out}: captions of ${told.images} images${unsure}`,
    `${told.data}: ${told.vocabulary} words learned from ${told.trainImages} images, strength ${told.strength}`,
    `of ${told.validationImages} validation images: precision ${percent(precision)} (${percent(usualPrecision)} by saying the most frequent words), recall ${percent(recall)}`,
  ].join("\n");
}
