import { Command } from "commander";
import { percent, toJson } from "../core/index.ts";
import { type JudgedRetrieval, type JudgedWay, judgeRetrievalOf } from "../judge/index.ts";
import {
  addDualEncoderFlags,
  classDataFlags,
  type DualEncoderFlags,
  dualEncoderArgument,
} from "./dual-encoder-options.ts";
import { listenerOf } from "./progress.ts";
import { INTERRUPTED, type Terminal, untilInterrupted } from "./terminal.ts";
import { givenOptions } from "./train-flags.ts";

interface Options extends DualEncoderFlags {
  readonly json?: boolean;
}

export function retrievalCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const command = new Command("retrieval")
    .description("how well a dual encoder finds the captions of images and the images of captions, on a test split")
    .argument(...dualEncoderArgument);
  return addDualEncoderFlags(command)
    .option("--json", "print the numbers as JSON")
    .addHelpText(
      "after",
      `
All images and captions of the test split are chosen from. An image's best caption counts; each caption seeks its image. Another
that is as near as the right one counts half a place. Data of the dual encoder's own training are the default. In brackets: 95 %
intervals over the choice of the images. Docs: docs/vision-language.md.

Examples:
  $ anchored retrieval runs/pairs
  $ anchored retrieval clip --folder ~/photos          photos/captions.jsonl says what they show
  $ anchored retrieval runs/pairs --json > retrieval.json`,
    )
    .action(async (from: string, options: Options) =>
      exit(await runRetrieval(terminal, from, options, givenOptions(command, classDataFlags()))),
    );
}

async function runRetrieval(
  terminal: Terminal,
  from: string,
  { json, ...options }: Options,
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { activation, dataDir, changedData, k, threads, device } = options;
  const judged = await untilInterrupted(terminal, (signal) =>
    judgeRetrievalOf(from, {
      ...{ activation, dataDir, changedData, k, threads, device, given },
      ...listenerOf(terminal, signal),
    }),
  );
  if (!judged) return INTERRUPTED;
  terminal.out(json ? toJson(judged) : inWords(judged));
  return 0;
}

function inWords({ set, images, texts, sharedTexts, imageToText, textToImage }: JudgedRetrieval): string {
  const shared = sharedTexts === 0 ? "" : `; ${sharedTexts} of these are said of another image too`;
  return [
    `${set}: ${images} images, ${texts} captions${shared}`,
    wayInWords("captions of an image", imageToText),
    wayInWords("image of a caption", textToImage),
  ].join("\n");
}

function wayInWords(what: string, { intervals, ...way }: JudgedWay): string {
  const recalls = ([1, 5, 10] as const).map((k) => {
    const name = `recallAt${k}` as const;
    return `recall@${k} ${percent(way[name])} [${intervals[name].map(percent).join(", ")}]`;
  });
  return `  ${what}: ${recalls.join(", ")}, median rank ${inTenths(way.medianRank)} [${intervals.medianRank.map(inTenths).join(", ")}]`;
}

const inTenths = (rank: number): string => rank.toFixed(1);
