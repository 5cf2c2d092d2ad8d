import { Option } from "commander";
import { intervalMethods } from "../evaluate/index.ts";
import { oneOf, real } from "./numbers.ts";
import { movedTableOptions } from "./run-data-options.ts";

/** How a regression's run is made a model, for commands that take a run or an exported file. */
export const regressionOptions = (ofRuns = ""): Option[] => [
  new Option(
    "--conformal <share>",
    `${ofRuns}regressions: also intervals that hold this share of the targets, calibrated on the run's validation examples, e.g. 0.9`,
  ).argParser(real({ min: 0, max: 1, example: 0.9 })("--conformal")),
  new Option(
    "--conformal-by <name>",
    `${ofRuns}what they widen: absolute (the mean, by one width) | normalised (by standard deviations) | cqr (trained quantiles) (default: the last that the run allows)`,
  ).argParser(oneOf(intervalMethods)("--conformal-by")),
  new Option(
    "--without-draws",
    `${ofRuns}regressions over draws of dropout: the network without dropout, which gives no standard deviation`,
  ),
  ...movedTableOptions(),
];

/** What these options set. */
export const regressionOptionNames = ["conformal", "conformalBy", "withoutDraws", "csv", "table"] as const;
