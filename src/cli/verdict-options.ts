import { Option } from "commander";
import { percent } from "../core/index.ts";
import { type VerdictAnswer, verdictScoreNames } from "../export/index.ts";
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

/** Why an image is foreign, by what is least usual about it. */
const reasons: Readonly<Record<VerdictAnswer["by"], string>> = {
  prediction: "no class fits",
  distance: "it looks like no training image",
};

/** e.g. `foreign: no class fits (score −2.10, known from −1.80)`. */
export function verdictInWords({ known, score, threshold, by, nearest }: VerdictAnswer): string[] {
  const place = `(score ${score.toFixed(2)}, known from ${threshold.toFixed(2)})`;
  const like = nearest?.map(({ class: name, row, similarity }) => `${name} #${row} ${percent(similarity)}`);
  return [
    known ? `known ${place}` : `foreign: ${reasons[by]} ${place}`,
    ...(like ? [`most like ${like.join(", ")}`] : []),
  ];
}
