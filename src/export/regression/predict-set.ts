import { type Listener, type RegressionSet, reporter } from "../../core/index.ts";
import { allBytes, selectImages } from "../../core/internal.ts";
import type { Regressor, RegressorAnswers } from "./open-regressor.ts";

const AT_ONCE = 256;

/**
 * Answers for a whole set, in float64; numbers are rounded to float32 as a caller of the file would feed them.
 * @throws the reason that the listener's signal was aborted for
 */
export async function predictRegressionSet(
  regressor: Regressor,
  { name, count, inputs }: RegressionSet,
  listener: Listener = {},
): Promise<WholeSet> {
  const report = reporter(listener, `predicting ${name}`, "examples");
  const parts: RegressorAnswers[] = [];
  try {
    for (let at = 0; at < count; at += AT_ONCE) {
      const end = Math.min(count, at + AT_ONCE);
      parts.push(await regressor.predict(await rowsOf(inputs, at, end)));
      report({ done: end, total: count });
    }
  } finally {
    listener.onProgress?.(undefined);
  }
  const all = (of: (part: RegressorAnswers) => Float32Array | undefined): Float64Array | undefined =>
    parts.every((part) => of(part) !== undefined)
      ? Float64Array.from(parts.flatMap((part) => [...of(part)!]))
      : undefined;
  return {
    mean: all(({ mean }) => mean)!,
    standardDeviation: all(({ standardDeviation }) => standardDeviation),
    quantiles: all(({ quantiles }) => quantiles),
  };
}

/** As `RegressorAnswers`, of a whole set. */
export interface WholeSet {
  readonly mean: Float64Array;
  readonly standardDeviation?: Float64Array;
  readonly quantiles?: Float64Array;
}

function rowsOf(inputs: RegressionSet["inputs"], from: number, to: number): Float32Array | Uint8Array {
  if (inputs.kind === "numbers") {
    const columns = inputs.names.length;
    return Float32Array.from(inputs.data.subarray(from * columns, to * columns));
  }
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return allBytes({ ...inputs, images: selectImages(inputs, rows) });
}
