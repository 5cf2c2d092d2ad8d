import { Command } from "commander";
import { dataSetNames } from "../data/index.ts";
import { type Device, devices } from "../engine/index.ts";
import { type MetricName, metrics, type Results } from "../evaluate/index.ts";
import { toJson } from "./json.ts";
import { type JudgeOptions, judgeRun, type Suite, suites } from "./judge-run.ts";
import { listOf, oneOf, whole } from "./numbers.ts";
import { percent, textTable } from "./table.ts";
import { ownCommand, type Terminal } from "./terminal.ts";

interface Options extends JudgeOptions {
  readonly suite?: readonly Suite[];
  readonly json?: boolean;
}

export function evaluateCommand(terminal: Terminal): Command {
  return new Command("evaluate")
    .description("predict the test sets of a run once, store the logits, and judge them")
    .argument("<run>", "a run folder")
    .option(
      "--suite <a,b>",
      `what to judge, of ${suites.join(", ")} (default: all)`,
      listOf(suites)("--suite") as (text: string) => Suite[],
    )
    .option(
      "--protocol <name>",
      "anchored runs: single (one reference) | k (mean over K, with uncertainty) (default: k)",
      oneOf(["single", "k"])("--protocol") as (text: string) => "single" | "k",
    )
    .option(
      "--k <n>",
      "references of protocol k (default: all that the run keeps)",
      whole({ min: 1, example: 10 })("--k"),
    )
    .option(
      "--ood <name>",
      "data set of other content, for out-of-distribution detection (default: mnist)",
      oneOf(dataSetNames)("--ood"),
    )
    .option(
      "--ood-count <n>",
      "how many of its test images (default: as many as the run's own test set has)",
      whole({ min: 1, example: 1000 })("--ood-count"),
    )
    .option(
      "--device <name>",
      `what to predict on: ${devices.join(" | ")} (default: as the run was trained)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option("--data-dir <dir>", "where data sets lie (default: $ANCHORED_DATA or the user's cache folder)")
    .option("--json", "print results.json")
    .addHelpText(
      "after",
      `
Examples:
  $ anchored evaluate runs/cifar
  $ anchored evaluate runs/cifar --suite clean,ood --ood fashion-mnist
  $ anchored evaluate runs/cifar --protocol single --json`,
    )
    .action(async (run: string, { suite, json, ...options }: Options) => {
      const results = await terminal.interruptible((signal) =>
        judgeRun(terminal, run, { ...options, suites: suite, signal }),
      );
      terminal.out(json ? toJson(results) : resultsTable(results, suite ?? suites));
      terminal.note(`next: ${ownCommand()} report ${run}`);
    });
}

const calibration: MetricName[] = ["ece15", "rmsEce20", "smoothEce", "nll", "brier"];

/** One line an image set, and below it how well foreign images are told apart. */
export function resultsTable({ run, sets, ood }: Results, wanted: readonly Suite[]): string {
  const shown: MetricName[] = ["accuracy", ...(wanted.includes("calibration") ? calibration : [])];
  const labelled = textTable([
    [run, "images", ...shown.map((name) => metrics[name].title)],
    ...sets.map(({ set, images, metrics: values }) => [
      set,
      String(images),
      ...shown.map((name) => formatted(values[name], metrics[name].unit)),
    ]),
  ]);
  if (ood.length === 0) return labelled;
  const foreign = textTable([
    ["out of distribution", "AUROC"],
    ...ood.map(({ set, score, auroc }) => [`${set} by ${score}`, percent(auroc)]),
  ]);
  return `${labelled}\n\n${foreign}`;
}

const formatted = (value: number | undefined, unit: "%" | ""): string => {
  if (value === undefined) return "–";
  return unit === "%" ? percent(value) : value.toFixed(3);
};
