import { Option } from "commander";
import { verdictScoreNames } from "../export/index.ts";
import { oneOf, real, whole } from "./numbers.ts";

/** Whether an image is known or foreign, for commands that take a run; a file has settled it. */
export const verdictOptions = (ofRuns = ""): Option[] => [
  new Option(
    "--verdict [score]",
    `${ofRuns}tell whether an image is known or foreign, by ${verdictScoreNames.join(" | ")} (default: ${verdictScoreNames[0]})`,
  ).argParser(oneOf(verdictScoreNames)("--verdict")),
  new Option("--keep <percent>", `${ofRuns}of the validation images, to be called known (default: 95)`).argParser(
    real({ min: 0, max: 100, above: true, example: 95 })("--keep"),
  ),
  new Option(
    "--nearest <n>",
    `${ofRuns}keep n training images, and tell the three that an image is most like (default: none)`,
  ).argParser(whole({ min: 1, example: 500 })("--nearest")),
];
