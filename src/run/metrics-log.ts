import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { diskError, writeFileAtomic } from "../files/internal.ts";
import type { Scores, TrainingMeans } from "../tasks/index.ts";

type OfAverage<S> = { readonly [Name in keyof S & string as `average${Capitalize<Name>}`]: S[Name] };

/** At the end of an epoch; the same of the averaged weights, `averageValidationLoss`, …, where they are kept. */
export type Validation = Scores & Partial<OfAverage<Scores>>;

/** What a number of the averaged weights is called: `validationLoss` → `averageValidationLoss`. */
export const ofAverage = (name: string): string => `average${name[0].toUpperCase()}${name.slice(1)}`;

/** What is said of the weights, and of the averaged ones where they are kept. */
export const validationOf = (raw: Scores, averaged?: Scores): Validation => {
  const renamed = Object.entries(averaged ?? {}).map(([name, value]) => [ofAverage(name), value]);
  return { ...raw, ...Object.fromEntries(renamed) };
};

/** A line of metrics.jsonl; epoch lines say what validation said, by one reference for anchored methods. */
export interface MetricsLine extends Partial<Validation>, TrainingMeans {
  readonly event: "step" | "epoch";
  /** From 1. */
  readonly epoch: number;
  /** Steps taken, over all epochs. */
  readonly step: number;
  /** Mean training loss: of this step, or of the epoch, as what the task says beside it. */
  readonly loss: number;
  /** That the last step was taken with. */
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Training time so far, over all sessions. */
  readonly seconds: number;
}

/** @throws UserError where the disk is full. */
export function appendMetrics(path: string, line: MetricsLine): void {
  try {
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * The lines of a run; half a line at the end, left by a crash, is skipped.
 * @example
 * for (const { epoch, step, loss } of readMetrics(runPaths(run).metrics)) console.log(epoch, step, loss);
 */
export function readMetrics(path: string): MetricsLine[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as MetricsLine];
      } catch {
        return [];
      }
    });
}

/** Drops what a resumed run will log again: the lines after `step`. */
export function truncateMetrics(path: string, step: number): void {
  const kept = readMetrics(path).filter((line) => line.step <= step);
  writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
