import type { JudgedTask, TaskResults } from "../../run/index.ts";
import { classificationText } from "./classification-text.ts";
import { detectionText } from "./detection-text.ts";
import { withDistinctNames } from "./distinct-runs.ts";
import { regressionText } from "./regression-text.ts";

/** How the results of each task stand on a terminal. */
const taskTexts: { readonly [Name in JudgedTask]: (results: never) => string } = {
  classification: classificationText,
  regression: regressionText,
  detection: detectionText,
};

/**
 * What judging gave as plain tables for a terminal or a log, a block for each run: a line for each image set, below it what
 * else was measured.
 * @param runs the folders of the results, in their order, by which runs of equal folder names are told apart
 * @example
 * console.log(resultsText(await judgeRuns(["runs/cifar"])));
 */
export const resultsText = (
  results: readonly TaskResults[],
  runs: readonly string[] = results.map(({ run }) => run),
): string =>
  withDistinctNames(results, runs)
    .map((one) => taskTexts[one.task](one as never))
    .join("\n\n");
