import { Command, Option } from "commander";
import { toJson, UserError } from "../core/index.ts";
import { type Device, devices } from "../engine/index.ts";
import { combinations, type Weights, weightKinds } from "../evaluate/index.ts";
import {
  conformalOptions,
  type ExternalOptions,
  featureFileOptions,
  foreignNames,
  judgeExternal,
  laplaceOptions,
  oodScoreOptions,
  type Protocol,
  protocols,
  type Suite,
  suites,
  variantOptions,
} from "../judge/index.ts";
import { resultsText } from "../report/index.ts";
import { commonTask } from "../run/index.ts";
import { ofFirst } from "../train/index.ts";
import { addCorruptionOptions } from "./corruption-options.ts";
import {
  addDetectionOptions,
  type DetectionFlags,
  detectionExamples,
  evaluateDetections,
  refuseDetectionFlags,
  servesDetections,
} from "./detections.ts";
import { inGroup, type Process } from "./in-group.ts";
import { namedPaths } from "./named-paths.ts";
import { listOf, oneOf, whole } from "./numbers.ts";
import { listenerOf, noteTo } from "./progress.ts";
import { movedTableOptions, runDataOptions } from "./run-data-options.ts";
import { commandsFor, type EvaluateFlags } from "./tasks.ts";
import { ownCommand, type Terminal } from "./terminal.ts";
import { givenTree, toOption } from "./train-flags.ts";

interface Options extends EvaluateFlags, Omit<ExternalOptions, "ood">, DetectionFlags {}

const examples = `
What is stored is not predicted again: a second call only adds what is missing, and a stopped one continues.

Examples:
  $ anchored evaluate runs/cifar
  $ anchored evaluate runs/cifar --suite clean,ood --ood fashion-mnist,mnist
  $ anchored evaluate runs/cifar --ood screens=pictures/screens,mnist
  $ anchored evaluate runs/standard runs/anchored --suite all
  $ anchored evaluate runs/cifar --suite corruptions --corruptions fog,snow --severities 1,5
  $ anchored evaluate runs/cifar --suite corruptions --published ~/CIFAR-10-C
  $ anchored evaluate runs/cifar --protocol blt --json
  $ anchored evaluate /shared/runs/cifar --out judged     a run that is not to be written to
  $ anchored evaluate runs/plain-seed* --ensemble runs/ensemble   as one deep ensemble
  $ anchored evaluate runs/dropped --dropout-draws 10     Monte Carlo dropout, in runs/dropped/variants/mc-dropout-10
  $ anchored evaluate runs/cifar --suite corruptions --adaptation tent   each set by itself, in runs/cifar/variants/tent-200-adam-0.001
  $ anchored evaluate runs/cifar --adaptation batch-norm --adaptation-batch 32 --adaptation-prior 16
  $ anchored evaluate runs/averaged --weights raw         its weights before averaging; both predictions are kept
  $ anchored evaluate runs/cifar --conformal-alpha 0.05 --raps-penalty 0.1 --raps-free-ranks 2
  $ mpirun -np 4 anchored evaluate runs/cifar --suite all   by four processes, a set each, see docs/cluster.md
  $ anchored evaluate runs/cifar --laplace kronecker      and by the last layer's Laplace approximation, in runs/cifar/variants/laplace-kronecker
Logits of another program (.npy, a row an image):
  $ anchored evaluate --logits id.npy --labels labels.npy --ood svhn=svhn.npy --out judged
  $ anchored evaluate --logits id.npy --labels labels.npy --validation-logits v.npy --validation-labels vl.npy`;

/** What says something of another program's logits only. */
const describesLogits = {
  "--labels": "labels",
  "--validation-logits": "validationLogits",
  "--validation-labels": "validationLabels",
  "--corrupted": "corrupted",
  "--probabilities": "probabilities",
  "--name": "name",
  "--features": "features",
  "--train-features": "trainFeatures",
  "--train-labels": "trainLabels",
  "--train-logits": "trainLogits",
  "--classifier-weight": "classifierWeight",
  "--classifier-bias": "classifierBias",
  "--validation-features": "validationFeatures",
  "--ood-features": "oodFeatures",
} as const;
/** What serves both; all other options ask runs, and another program's logits have been asked already. */
const servesBoth = [
  ...["ood", "out", "json", "threads", "oodScores", "oodValidation", "oodNear"],
  ...laplaceOptions().map(({ path }) => path),
  ...conformalOptions().map((option) => toOption(option).attributeName()),
];

function suiteList(text: string, before?: Suite[]): Suite[] {
  const named = listOf([...suites, "all"])("--suite")(text, before);
  return named.includes("all") ? [...suites] : (named as Suite[]);
}

function addLogitsOptions(command: Command, logits: Option): void {
  command
    .addOption(logits)
    .option("--labels <file>", "their labels, .npy [images]")
    .option("--validation-logits <file>", "logits to fit temperatures and thresholds on")
    .option("--validation-labels <file>", "their labels")
    .option(
      "--corrupted <name=file>",
      "logits of a corruption, [5 · images, classes], severity 1 first",
      namedPaths(() => [])("--corrupted"),
    )
    .option("--probabilities", "--logits and all other such files hold probabilities: judge their logarithms")
    .option("--name <text>", "what reports call another program's model (default: the file's name)");
}

export function evaluateCommand(terminal: Terminal, exit: (code: number) => void): Command {
  const logits = new Option("--logits <file>", "another program's logits on the test set, .npy [images, classes]");
  const command = new Command("evaluate")
    .description(
      "judge runs, or another program's logits or boxes: accuracy, calibration, shift, corruptions, OOD detection, AP",
    )
    .argument("[runs...]", "run folders")
    .option("--suite <a,b>", `what to judge, of ${suites.join(", ")}, or all (default: all but corruptions)`, suiteList)
    .option(
      "--protocol <name>",
      "anchored runs: single (one reference) | k (mean over K, with uncertainty) | blt (a reference for each image) (default: k)",
      oneOf(protocols)("--protocol") as (text: string) => Protocol,
    )
    .option(
      "--k <n>",
      "references of protocol k (default: all that the run keeps)",
      whole({ min: 1, example: 10 })("--k"),
    )
    .option(
      "--calibrate",
      "protocol k: scale the mean logits down by their spread over references, as the ImageNet code",
    )
    .option(
      "--prediction-batch <n|stored>",
      "oat runs: images that give one anchor, in an order that is always the same, or the validation images' stored one (default: the training batch)",
      (text) => (text === "stored" ? text : whole({ min: 1, example: 32 })("--prediction-batch")(text)),
    )
    .option(
      "--mirror",
      "test-time augmentation: mean logits of each image and its mirror image (not in sensitivity, prediction-batch)",
    )
    .option(
      "--weights <kind>",
      "average | raw (of the last step), where a run keeps a moving average (default: average)",
      oneOf(weightKinds)("--weights") as (text: string) => Weights,
    )
    .option(
      "--ood <names>",
      "images of other content, for out-of-distribution detection: a data set's NAME or NAME-inverted, flags (of emoji), letters and textures, which are made, held-out, the classes of --hold-out, or NAME=FOLDER with pictures of your own; with --logits NAME=FILE.npy (default: held-out, and what fits the data, of those that are here)",
      namedPaths(foreignNames)("--ood"),
    )
    .option(
      "--ood-count <n>",
      "how many of their images (default: as many as the test set has)",
      whole({ min: 1, example: 1000 })("--ood-count"),
    );
  for (const option of [...variantOptions(), ...laplaceOptions(), ...oodScoreOptions(), ...conformalOptions()])
    command.addOption(toOption(option));
  addCorruptionOptions(command);
  addLogitsOptions(command, logits);
  const detections = addDetectionOptions(command);
  addEnsembleOptions(command);
  for (const option of featureFileOptions()) {
    const added = toOption(option);
    if (option.path === "oodFeatures") added.argParser(namedPaths(() => [])(option.flag));
    command.addOption(added);
  }
  addPlaceOptions(command);
  command
    .option("--json", "print a list of what results.json holds, one entry a run")
    .addHelpText("after", `${examples}${detectionExamples}`)
    .action(async (runs: string[], options: Options) =>
      exit(await inGroup(terminal, (process) => runEvaluate(process, runs, options, command))),
    );
  for (const option of [...runDataOptions(), ...movedTableOptions()]) command.addOption(option);
  const ofLogits: readonly string[] = ["logits", ...Object.values(describesLogits), ...servesBoth];
  const others = (known: readonly string[]) =>
    command.options.map((option) => option.attributeName()).filter((name) => !known.includes(name));
  logits.conflicts(others(ofLogits));
  detections.conflicts(others(servesDetections));
  return command;
}

function addPlaceOptions(command: Command): void {
  command
    .option(
      "--out <dir>",
      "where predictions and results go; of several runs, a folder each (default: into the run; with --logits, beside them; with --detections, nowhere)",
    )
    .option(
      "--device <name>",
      `what to predict on: ${devices.join(" | ")} (default: as the run was trained)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option(
      "--threads <n>",
      "threads of the predictions (default: one a core)",
      whole({ min: 1, max: 1024, example: 2 })("--threads"),
    )
    .option("--fresh", "predict everything again");
}

function addEnsembleOptions(command: Command): void {
  command
    .option("--ensemble <dir>", "judge the runs as one deep ensemble, which goes into that folder")
    .option(
      "--combination <of>",
      `what the ensemble's answer is the mean of: ${combinations.join(" | ")} (default: probabilities)`,
      oneOf(combinations)("--combination"),
    );
}

async function runEvaluate(
  { terminal, group }: Process,
  runs: readonly string[],
  given: Options,
  command: Command,
): Promise<number> {
  const { suite: _, json, severities: __, ...options } = given;
  if (options.detections) {
    if (runs.length > 0) throw new UserError(`${runs[0]}: either run folders or --detections; call evaluate twice`);
    return evaluateDetections(terminal, given);
  }
  refuseDetectionFlags(options);
  const { conformal } = givenTree(command, conformalOptions());
  if (options.logits) {
    if (runs.length > 0) throw new UserError(`${runs[0]}: either run folders or --logits; call evaluate twice`);
    const plain = await judgeExternal({ ...options, conformal, ...listenerOf(terminal), logits: options.logits });
    const judged = plain.laplace ? [plain, plain.laplace] : [plain];
    const all = judged.map(({ results }) => results);
    for (const { notices = [] } of all) notices.forEach(noteTo(terminal));
    terminal.out(json ? toJson(all) : resultsText(all));
    terminal.note(`next: ${ownCommand()} report ${judged.map(({ folder }) => folder).join(" ")}`);
    return 0;
  }
  if (runs.length === 0) throw new UserError("nothing to judge: name a run folder, or give --logits and --labels");
  for (const [flag, name] of Object.entries(describesLogits))
    if (options[name] !== undefined)
      throw new UserError(
        `${flag}${options[name] === true ? "" : ` ${options[name]}`}: it belongs to --logits, and a run has its own; leave it out`,
      );
  const commands = commandsFor(await ofFirst(group, () => commonTask(runs)), runs[0], command, given);
  const { ensemble, out } = options;
  if (ensemble !== undefined && out !== undefined)
    throw new UserError(`--out ${out}: the ensemble goes into --ensemble ${ensemble}; leave one out`);
  return commands.evaluate({ terminal, group }, runs, { ...given, conformal });
}
