import { UserError } from "../core/index.ts";

/** How far the sum of a row may lie from 1: float16 probabilities of a thousand classes are this far off. */
const TOLERANCE = 1e-2;

/** The first row of [N × K] that holds no probabilities, and why; `undefined` where all do. */
function firstOther(values: ArrayLike<number>, classes: number): { row: number; why: string } | undefined {
  for (let row = 0; row * classes < values.length; row++) {
    let sum = 0;
    for (let k = row * classes; k < (row + 1) * classes; k++) {
      if (!(values[k] >= 0 && values[k] <= 1 + TOLERANCE)) return { row, why: `holds ${values[k]}` };
      sum += values[k];
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) return { row, why: `sums to ${sum}` };
  }
  return undefined;
}

/** Whether every row of [N × K] is in [0, 1] and sums to 1: a softmax was taken, and what is here are no logits. */
export const areProbabilities = (values: ArrayLike<number>, classes: number): boolean =>
  firstOther(values, classes) === undefined;

/**
 * Logits whose softmax these probabilities are: their logarithms, −Infinity for 0.
 * @param file for the message
 * @throws UserError naming the first row that holds no probabilities.
 */
export function logitsOfProbabilities(values: ArrayLike<number>, classes: number, file: string): Float64Array {
  const other = firstOther(values, classes);
  if (other)
    throw new UserError(
      `${file}: row ${other.row} ${other.why}; probabilities are in [0, 1] and sum to 1 in each row. Are they logits?`,
    );
  return Float64Array.from(values, Math.log);
}

/**
 * Whether the log-sum-exp [N] of every row is 0, as that of log-probabilities is: their energy says nothing but how they
 * were rounded.
 */
export const areNormalised = (logSumExp: Float64Array): boolean =>
  logSumExp.every((value) => Math.abs(value) <= TOLERANCE);
