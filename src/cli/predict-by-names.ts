import { existsSync, statSync } from "node:fs";
import { type Command, Option } from "commander";
import { percent, printable, UserError } from "../core/index.ts";
import { parseTemplates, templates as usualTemplates } from "../data/index.ts";
import type { Device } from "../engine/index.ts";
import { softmax } from "../evaluate/index.ts";
import { runPaths } from "../files/index.ts";
import { type Activation, activationNames } from "../models/index.ts";
import { runTask } from "../run/index.ts";
import {
  classesAlike,
  createEmbedder,
  isDualEncoderFolder,
  loadDualEncoder,
  readForDualEncoder,
  type ZeroShotClassifier,
  zeroShot,
} from "../train/index.ts";
import { answerImages, type ReadImage } from "./image-answers.ts";
import { oneOf } from "./numbers.ts";
import { noteTo } from "./progress.ts";
import type { ModelFlags } from "./tasks.ts";
import type { Terminal } from "./terminal.ts";
import { readLines, readTextFile } from "./text-file.ts";

export interface ZeroShotFlags {
  readonly classes?: readonly string[];
  readonly classesFrom?: string;
  readonly templates?: string;
  readonly activation?: Activation;
  readonly protocol?: ModelFlags["protocol"];
  readonly k?: number;
  readonly top?: number;
  readonly device?: Device;
  readonly threads: number;
  readonly json?: boolean;
}

/** Names apart by commas, after those of the same flag before. */
const namesIn = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean),
];

/** What a dual encoder is asked. */
export const zeroShotOptions = (): Option[] => [
  new Option("--classes <names>", "CLIP: what the images may show, names apart by commas").argParser(namesIn),
  new Option("--classes-from <file>", "CLIP: the same of a file, a name a line, e.g. where names have commas"),
  new Option(
    "--templates <file>",
    "CLIP: ways to name a class, one a line, with {} for its name (default: eight, e.g. a photo of a {}.)",
  ),
  activationOption(),
];

export const activationOption = (): Option =>
  new Option(
    "--activation <name>",
    `CLIP: ${activationNames.join(" | ")} (default: as its config.json says)`,
  ).argParser(oneOf(activationNames)("--activation"));

/** The templates of a file that was given. @throws UserError where it cannot be read, or holds none */
export const readTemplates = (path: string | undefined): readonly string[] | undefined =>
  path === undefined ? undefined : parseTemplates(path, readTextFile("--templates", path));

const own = ["classes", "classesFrom", "templates", "activation"];
const shared = ["top", "device", "threads", "json"];
/** Of what compares images with references. */
const ofReferences = ["protocol", "k"];

/**
 * Whether a model is asked by class names: it is a folder of CLIP's weights, or flags say so.
 * @throws UserError naming the first flag that is about the other kind of models
 */
export function isAskedByNames(path: string, { options }: Command, given: object): boolean {
  const flags = options.filter((flag) => given[flag.attributeName() as never] !== undefined);
  const asking = flags.find((flag) => own.includes(flag.attributeName()));
  if (!isDualEncoderFolder(path)) {
    if (!asking) return false;
    if (isRunOrFile(path))
      throw new UserError(`${asking.long}: it is about folders of CLIP's weights, and ${path} is none; leave it out`);
  }
  const known = [...own, ...shared, ...(runTask(path) === "contrastive" ? ofReferences : [])];
  const foreign = flags.find((flag) => !known.includes(flag.attributeName()));
  if (foreign)
    throw new UserError(
      `${foreign.long}: it is about classifiers and regressions, and ${path} is asked by class names; leave it out`,
    );
  return true;
}

const isRunOrFile = (path: string): boolean =>
  existsSync(runPaths(path).checkpoint) || (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);

function classNamesOf({ classes = [], classesFrom }: ZeroShotFlags): readonly string[] {
  return [...classes, ...(classesFrom === undefined ? [] : readLines("--classes-from", classesFrom))];
}

/** An image's answer, a line of `--json`. */
interface Answer {
  readonly path: string;
  readonly class: string;
  readonly confidence: number;
  readonly top: readonly { readonly class: string; readonly probability: number }[];
}

async function answersTo({ classNames, logits }: ZeroShotClassifier, good: readonly ReadImage[], top: number) {
  const { data } = await logits(good.map(({ image }) => image));
  const count = classNames.length;
  const { probabilities } = softmax(data, count);
  return good.map(({ source }, n): Answer => {
    const row = probabilities.subarray(n * count, (n + 1) * count);
    const order = [...row.keys()].sort((a, b) => row[b] - row[a]);
    const told = order.slice(0, top).map((k) => ({ class: classNames[k], probability: row[k] }));
    return { path: source.name, class: told[0].class, confidence: told[0].probability, top: told };
  });
}

const inWords = ({ path, class: name, confidence, top }: Answer): string => {
  const others = top.slice(1).map((one) => `${one.class} ${percent(one.probability)}`);
  return [path, name, percent(confidence), ...others].map(printable).join("\t");
};

/** Prints which of the named classes images show, by a dual encoder. @returns the exit code */
export async function predictByNames(
  terminal: Terminal,
  folder: string,
  paths: readonly string[],
  flags: ZeroShotFlags,
  signal: AbortSignal,
): Promise<number> {
  const { activation, protocol, k, device, threads, top = 1, json } = flags;
  const names = classNamesOf(flags);
  if (names.length === 0)
    throw new UserError('--classes: a CLIP is asked by class names; say what the images may show, e.g. "cat,dog"');
  const templates = readTemplates(flags.templates);
  const loaded = loadDualEncoder(folder, { activation, k: protocol === "single" ? 1 : k });
  for (const note of loaded.notes) noteTo(terminal)(note);
  const alike = classesAlike(loaded.tokenizer, loaded.encoder.text.context, names, templates ?? usualTemplates);
  if (alike) noteTo(terminal)(alike);
  const embedder = createEmbedder(loaded, { device, threads });
  try {
    const classifier = await zeroShot(embedder, names, { templates, signal });
    const answer = async (good: readonly ReadImage[]) =>
      (await answersTo(classifier, good, top)).map((one) => (json ? JSON.stringify(one) : inWords(one)));
    return await answerImages(
      terminal,
      paths,
      (sources) =>
        readForDualEncoder(
          sources.map(({ name, bytes }) => (bytes ? { name: "standard input", bytes } : name)),
          loaded,
        ),
      answer,
      { signal },
    );
  } finally {
    await embedder.dispose();
  }
}
