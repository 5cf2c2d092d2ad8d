import { Random, type RegressionSet } from "../../core/index.ts";
import { selectExamples } from "../../data/regression/columns.ts";
import type { RegressionAnswers } from "../../tasks/index.ts";
import type { LoadedRegression, RegressionRecord } from "../../train/index.ts";
import type { WholeSet } from "./predict-set.ts";

const CHECKED = 64;

/** As many of a set as are checked. */
export function firstExamples({ name, count, inputs, targets }: RegressionSet): RegressionSet {
  const rows = Array.from({ length: Math.min(count, CHECKED) }, (_, row) => row);
  return selectExamples({ count, inputs, targets }, rows, name);
}

/** Numbers rounded to float32, as callers of the file feed them. */
export const asFed = (set: RegressionSet): RegressionSet =>
  set.inputs.kind === "images"
    ? set
    : { ...set, inputs: { ...set.inputs, data: set.inputs.data.map((value) => Math.fround(value)) } };

/** Where the run's data are not at hand; the same ones each time. */
export function noiseExamples({ data: { inputs, targets } }: RegressionRecord): RegressionSet {
  const random = new Random("export check");
  const targetColumns = { names: targets.names, data: new Float64Array(CHECKED * targets.names.length) };
  if (inputs.kind === "images") {
    const { height, width, channels } = inputs;
    const images = Uint8Array.from({ length: CHECKED * height * width * channels }, () => random.integer(256));
    const shown = { kind: "images", height, width, channels, images } as const;
    return { name: "noise", count: CHECKED, inputs: shown, targets: targetColumns };
  }
  const { names, mean, standardDeviation } = inputs;
  const data = Float64Array.from(
    { length: CHECKED * names.length },
    (_, i) => mean[i % names.length] + standardDeviation[i % names.length] * random.normal(),
  );
  return { name: "noise", count: CHECKED, inputs: { kind: "numbers", names, data }, targets: targetColumns };
}

/** Half the distance of neighbouring float32 numbers, relative to them. */
const FLOAT32_ROUNDING = 2 ** -24;

/** What a file's float32 cannot tell apart, of columns whose values lie far from 0 and close together. */
export function coarseColumns({ data: { inputs, targets } }: RegressionRecord): string[] {
  const scales = [targets, ...(inputs.kind === "numbers" ? [inputs] : [])];
  return scales.flatMap(({ names, mean, standardDeviation }) =>
    names.flatMap((name, i) => {
      const share = (FLOAT32_ROUNDING * Math.abs(mean[i])) / standardDeviation[i];
      if (share < 1e-3) return [];
      const digits = (value: number) => Number(value.toPrecision(2));
      return [
        `"${name}" lies at ${digits(mean[i])} ± ${digits(standardDeviation[i])}, and the file's float32 rounds it by up to ${digits(share)} of that deviation; subtract a constant from the column before training`,
      ];
    }),
  );
}

/** As `ExportedRegression.check.largestDifference`; infinite where anything is not a number or has another length. */
export function difference(actual: WholeSet, expected: RegressionAnswers, { record }: LoadedRegression): number {
  const { mean, standardDeviation } = record.data.targets;
  const D = mean.length;
  const between = (a: Float64Array | undefined, b: Float64Array | undefined, perTarget: number, centre: boolean) => {
    if (!a && !b) return 0;
    if (a?.length !== b?.length) return Number.POSITIVE_INFINITY;
    let [largest, scale] = [0, 1];
    b!.forEach((value, i) => {
      const d = Math.floor(i / perTarget) % D;
      // What a float32 that is as large as the answer cannot tell is no difference.
      const distance = Math.abs(a![i] - value) - 2 * FLOAT32_ROUNDING * Math.abs(value);
      largest = Math.max(largest, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance / standardDeviation[d]);
      scale = Math.max(scale, Math.abs(value - (centre ? mean[d] : 0)) / standardDeviation[d]);
    });
    return largest / scale;
  };
  return Math.max(
    between(actual.mean, expected.mean, 1, true),
    between(actual.standardDeviation, expected.standardDeviation, 1, false),
    between(actual.quantiles, expected.quantiles?.values, expected.quantiles?.levels.length ?? 1, true),
  );
}
