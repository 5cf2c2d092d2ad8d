import { type Command, Help } from "commander";

interface Group {
  readonly heading: string;
  /** Shown by `--help`. */
  readonly usual: readonly string[];
  /** Shown by `--help all` alone. */
  readonly rare: readonly string[];
}

/** Every option of `train`, by what it is about. */
export const trainHelpGroups: readonly Group[] = [
  {
    heading: "Where to start:",
    usual: ["--config", "--recipe", "--init", "--resume"],
    rare: ["--changed-data", "--normalization"],
  },
  {
    heading: "Images:",
    usual: ["--data", "--folder", "--data-dir", "--image-size", "--bad-images", "--label"],
    rare: [
      ...[
        "--stream",
        "--validation-fraction",
        "--split-seed",
        "--limit-train",
        "--imbalance",
        "--label-noise",
        "--label-noise-kind",
      ],
      ...["--human-labels", "--human-labels-kind", "--background", "--train-vendors", "--shift-vendors"],
      ...["--hold-out", "--categories", "--concept-share", "--test-fraction"],
    ],
  },
  {
    heading: "Model and method:",
    usual: ["--model", "--method", "--mask-probability", "--references", "--reference-count"],
    rare: [
      ...["--mask-target", "--mask-by", "--mask-draws", "--mask-keep", "--mask-statistics", "--mask-from", "--mask-to"],
      ...["--references-from", "--reference-start", "--reference-growth", "--references-per-image"],
      ...[
        "--anchor-at",
        "--corrupt-references-every",
        "--tied-start",
        "--output",
        "--output-anchor",
        "--detach-anchor",
      ],
      ...["--warm-start-epochs", "--trainable", "--stochastic-depth", "--dropout"],
    ],
  },
  {
    heading: "Regression (numbers in place of classes):",
    usual: ["--task", "--csv", "--target", "--loss"],
    rare: [
      ...["--features", "--categorical", "--missing", "--split-column", "--delimiter", "--target-shift", "--levels"],
      ...["--dropout-draws", "--fourier-features", "--fourier-scale", "--table", "--file-column", "--function"],
      ...["--count", "--noise", "--dimension", "--input-gap", "--rotations"],
    ],
  },
  {
    heading: "Augmentation:",
    usual: ["--augment", "--no-augment", "--mix"],
    rare: ["--mixing-pictures", "--repeated-augmentation", "--label-smoothing"],
  },
  {
    heading: "Steps:",
    usual: ["--epochs", "--batch-size", "--learning-rate", "--optimizer", "--schedule", "--weight-decay"],
    rare: [
      ...["--milestones", "--decay-factor", "--warmup", "--warmup-epochs", "--minimum-rate", "--momentum"],
      ...["--no-nesterov", "--no-decay-norms-and-biases", "--clip-norm", "--accumulate", "--average-decay"],
      "--bias-rate",
    ],
  },
  {
    heading: "The run:",
    usual: ["--out", "--seed", "--max-steps", "--threads", "--device", "--json"],
    rare: ["--checkpoint-every", "--workers", "--precision", "--validate-every", "--log-every"],
  },
];

/** Options of `train --help` in groups, the rare ones only by `--help all`. */
export function groupHelp(command: Command): void {
  for (const option of command.options)
    for (const { heading, usual, rare } of trainHelpGroups)
      if ([...usual, ...rare].includes(option.long ?? "")) option.helpGroup(heading);
  const rare = new Set(trainHelpGroups.flatMap(({ rare }) => rare));
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
