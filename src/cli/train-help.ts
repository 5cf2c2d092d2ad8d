import { type Command, Help } from "commander";
import { type ConfigOption, configOptions, taskOfData } from "../run/index.ts";
import type { TaskName } from "../tasks/index.ts";

interface Group {
  readonly heading: string;
  /** Shown by `--help`. */
  readonly usual: readonly string[];
  /** Shown by `--help all` alone. */
  readonly rare: readonly string[];
}

const MODEL = "Model and method:";
const IMAGES = "Images:";
const REGRESSION = "Regression (numbers in place of classes):";
const PAIRS = "Image-text pairs (--task contrastive):";
const DETECTION = "Detection (boxes of objects):";
const STEPS = "Steps:";
/** Where the options of each task, and those that its data sets alone have, stand. */
const taskHeadings: { readonly [Name in TaskName]: string } = {
  classification: IMAGES,
  regression: REGRESSION,
  contrastive: PAIRS,
  detection: DETECTION,
};

/** Options that are usual, or whose field does not say what they are about. */
const named: readonly Group[] = [
  {
    heading: "Where to start:",
    usual: ["--config", "--recipe", "--init", "--resume"],
    rare: ["--changed-data", "--normalization"],
  },
  { heading: IMAGES, usual: ["--data", "--folder", "--data-dir", "--image-size", "--bad-images", "--label"], rare: [] },
  {
    heading: MODEL,
    usual: ["--model", "--method", "--mask-probability", "--references", "--reference-count"],
    rare: ["--trainable", "--stochastic-depth", "--dropout", "--packed-members", "--packed-alpha", "--packed-gamma"],
  },
  { heading: PAIRS, usual: ["--texts"], rare: ["--embedding"] },
  { heading: REGRESSION, usual: ["--task", "--csv", "--target", "--loss"], rare: [] },
  { heading: DETECTION, usual: ["--annotations", "--most-objects"], rare: [] },
  {
    heading: "Augmentation:",
    usual: ["--augment", "--no-augment", "--mix"],
    rare: ["--mixing-pictures", "--repeated-augmentation", "--label-smoothing"],
  },
  {
    heading: STEPS,
    usual: ["--epochs", "--batch-size", "--learning-rate", "--optimizer", "--schedule", "--weight-decay"],
    rare: [
      "--no-decay-norms-and-biases",
      "--clip-norm",
      "--accumulate",
      "--average-decay",
      "--swag-from",
      "--swag-rate",
      "--swag-rank",
      "--bias-rate",
    ],
  },
  {
    heading: "The run:",
    usual: ["--out", "--seed", "--max-steps", "--threads", "--device", "--json"],
    rare: ["--checkpoint-every", "--workers", "--sync-batch-norm", "--precision", "--validate-every", "--log-every"],
  },
];

/** Every option of `train`, by what it is about: those of data sets and methods that were imported, too. */
export function trainHelpGroups(): readonly Group[] {
  const known = new Set(named.flatMap(({ usual, rare }) => [...usual, ...rare]));
  const others = configOptions().filter(({ flag }) => !known.has(flag));
  return named.map(({ heading, usual, rare }) => ({
    heading,
    usual,
    rare: [...rare, ...others.filter((option) => headingOf(option) === heading).map(({ flag }) => flag)],
  }));
}

/** What the field is part of says where an option stands that no group names. */
function headingOf({ path, only }: ConfigOption): string | undefined {
  const [part] = path.split(".");
  const tasks = part === "data" ? only?.is.map((name) => taskOfData(name)) : part === "task" ? only?.is : undefined;
  const [task = "classification", ...others] = new Set(tasks);
  const headings: Readonly<Record<string, string>> = {
    data: others.length === 0 ? taskHeadings[task as TaskName] : IMAGES,
    task: taskHeadings[task as TaskName],
    method: MODEL,
    optimizer: STEPS,
    schedule: STEPS,
  };
  return headings[part];
}

/** Options of `train --help` in groups, the rare ones only by `--help all`. */
export function groupHelp(command: Command): void {
  const groups = trainHelpGroups();
  for (const option of command.options)
    for (const { heading, usual, rare } of groups)
      if ([...usual, ...rare].includes(option.long ?? "")) option.helpGroup(heading);
  const rare = new Set(groups.flatMap(({ rare }) => rare));
  command
    .helpOption("-h, --help [all]", "the usual options; all: every option")
    .configureHelp({
      visibleOptions(cmd) {
        const options = Help.prototype.visibleOptions.call(this, cmd);
        return asksForAll(cmd) ? options : options.filter(({ long }) => !rare.has(long ?? ""));
      },
    })
    .addHelpText("after", ({ command: asked }) =>
      asksForAll(asked) ? "" : `\nThere are ${rare.size} more options: anchored train --help all`,
    );
}

/** Whether the words typed after the program's name have `--help all` among them. */
function asksForAll(command: Command): boolean {
  let root = command;
  while (root.parent) root = root.parent;
  const words = (root as Command & { readonly rawArgs: readonly string[] }).rawArgs;
  return words.some((word, i) => /^(-h|--help)$/.test(word) && words[i + 1] === "all");
}
