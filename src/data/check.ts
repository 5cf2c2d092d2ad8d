import { type DataSet, type ImageSet, imageCount } from "../core/index.ts";
import type { Expected } from "./entry.ts";
import { channelStatistics } from "./normalization.ts";

export interface SplitCheck {
  readonly name: string;
  readonly count: number;
  /** [K]. */
  readonly classCounts: readonly number[];
  /** [C], in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], in [0, 1]. */
  readonly std: readonly number[];
}

export interface DataCheck {
  readonly splits: readonly SplitCheck[];
  /** One line for each thing that is not as it must be; empty when all is well. */
  readonly problems: readonly string[];
}

/** Counts, class balance and pixel mean of every split, held against what the data set declares. */
export function checkSplits(set: DataSet, expected?: Expected): DataCheck {
  const sets = [set.train, set.validation, set.test, ...set.shifts];
  const splits = sets.map(checkSplit);
  const problems = sets.flatMap(malformed);
  if (problems.length === 0 && expected) problems.push(...unexpected(set, splits, expected));
  return { splits, problems };
}

function checkSplit(set: ImageSet): SplitCheck {
  const classCounts = new Array<number>(set.classNames.length).fill(0);
  for (const label of set.labels) classCounts[label]++;
  const { mean, std } = imageCount(set) > 0 ? channelStatistics(set) : { mean: [], std: [] };
  return { name: set.name, count: imageCount(set), classCounts, mean, std };
}

function malformed(set: ImageSet): string[] {
  const problems: string[] = [];
  const bytes = imageCount(set) * set.height * set.width * set.channels;
  if (imageCount(set) === 0) problems.push(`${set.name}: no images`);
  if (set.images.length !== bytes) problems.push(`${set.name}: expected ${bytes} bytes, found ${set.images.length}`);
  const wrong = set.labels.findIndex((label) => !(label >= 0 && label < set.classNames.length));
  if (wrong >= 0)
    problems.push(
      `${set.name}: image ${wrong} has label ${set.labels[wrong]}, expected 0 … ${set.classNames.length - 1}`,
    );
  return problems;
}

function unexpected(set: DataSet, [train, validation, test]: readonly SplitCheck[], expected: Expected): string[] {
  const problems: string[] = [];
  const compare = (what: string, want: number | undefined, found: number) => {
    if (want !== undefined && want !== found) problems.push(`${set.name}: expected ${want} ${what}, found ${found}`);
  };
  compare("classes", expected.classCount, set.train.classNames.length);
  compare("training images (validation included)", expected.trainingImages, train.count + validation.count);
  compare("test images", expected.testImages, test.count);
  for (const [className, want] of Object.entries(expected.conceptsPerClass ?? {}))
    compare(`concepts of ${className}`, want, conceptsOf(set, className).size);
  expected.mean?.forEach((want, c) => {
    const found =
      (train.mean[c] * train.count + validation.mean[c] * validation.count) / (train.count + validation.count);
    if (!(Math.abs(found - want) <= expected.meanTolerance))
      problems.push(
        `${set.name}: expected channel ${c} mean ${want} ± ${expected.meanTolerance}, found ${found.toFixed(4)}`,
      );
  });
  return problems;
}

function conceptsOf(set: DataSet, className: string): Set<string> {
  const found = new Set<string>();
  for (const split of [set.train, set.validation, set.test]) {
    const label = split.classNames.indexOf(className);
    split.concepts?.index.forEach((concept, row) => {
      if (split.labels[row] === label) found.add(split.concepts!.names[concept]);
    });
  }
  return found;
}
