import { type Correct, type Interval, pairedDifference } from "../evaluate/index.ts";
import { correctBySet } from "../evaluate/internal.ts";
import { mean } from "./corruption-levels.ts";
import { meanOverLists } from "./over-images.ts";
import type { ReportedArm, ReportedRun } from "./study.ts";

/** Accuracy at one severity, the mean over corruptions, as fractions. */
export interface Band {
  readonly severity: number;
  readonly value: number;
  /** Of several seeds the lowest and the highest; of one seed the 95 % bootstrap interval over the images. */
  readonly ends: Interval;
}

/** A band a severity, from 0 (clean) where the clean images are the same ones. */
export function severityBands({ runs }: ReportedArm): Band[] {
  const curves = runs.map(rightBySeverity).filter((curve) => curve.size > 0);
  if (curves.length === 0) return [];
  const severities = [...curves[0].keys()].filter((severity) => curves.every((curve) => curve.has(severity)));
  return severities
    .sort((a, b) => a - b)
    .map((severity) => {
      const right = curves.map((curve) => curve.get(severity)!);
      return right.length === 1 ? overImages(severity, right[0]) : overSeeds(severity, right);
    });
}

function overImages(severity: number, right: Float64Array): Band {
  const { difference, interval } = pairedDifference(right, new Float64Array(right.length));
  return { severity, value: difference, ends: interval };
}

/** Lowest and highest, not an interval of the mean: whether arms differ is for paired differences to say. */
function overSeeds(severity: number, right: readonly Float64Array[]): Band {
  const values = right.map((one) => mean(Array.from(one)));
  return { severity, value: mean(values), ends: [Math.min(...values), Math.max(...values)] };
}

/** Of each severity: of each image the share of corruptions under which it is classified right. */
function rightBySeverity(run: ReportedRun): Map<number, Float64Array> {
  const corrupted = run.stored().filter(({ role }) => role === "corruption");
  const found = new Map<number, Float64Array>();
  for (const severity of new Set(corrupted.map(({ corruption }) => corruption?.severity ?? 0))) {
    const entries = corrupted.filter(({ corruption }) => corruption?.severity === severity);
    const right = meanOverLists(correctBySet(entries, run.load).map(({ correct }: Correct) => correct));
    if (right) found.set(severity, right);
  }
  const clean = cleanRight(run, found.values().next().value?.length);
  if (clean) found.set(0, clean);
  return found;
}

/**
 * The clean versions of the corrupted images, where they are the first of the test set: judged by their labels, all of
 * which must agree.
 */
function cleanRight(run: ReportedRun, images = 0): Float64Array | undefined {
  const entryOf = (role: "test" | "corruption") => run.stored().find((entry) => entry.role === role);
  const [test, corrupted] = [entryOf("test"), entryOf("corruption")];
  if (!test || !corrupted || images === 0) return undefined;
  const [all, some] = [run.load(test).labels, run.load(corrupted).labels];
  if (some.length !== images || all.length < images || some.some((label, row) => label !== all[row])) return undefined;
  return correctBySet([test], run.load)[0].correct.slice(0, images);
}
