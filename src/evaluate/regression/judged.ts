import { UserError } from "../../core/index.ts";

type Numbers = Float64Array | Float32Array;

/** What a model says of D targets of N examples, in the targets' own units. */
export interface RegressionPredictions {
  /** [N × D] row-major. */
  readonly mean: Numbers;
  /** [N × D] of the prediction, at least 0; absent where the model gives none. */
  readonly standardDeviation?: Numbers;
}

/** What is right. */
export interface RegressionTargets {
  /** D names, for messages and tables. */
  readonly names: readonly string[];
  /** [N × D] row-major. */
  readonly values: Numbers;
}

/** What every measure of a regression needs, checked once. All arrays are float64 for exact sums. */
export interface JudgedRegression {
  /** N > 0. */
  readonly examples: number;
  /** D names. */
  readonly names: readonly string[];
  /** [N × D]. */
  readonly mean: Float64Array;
  readonly targets: Float64Array;
  /** [N × D] target − mean. */
  readonly residual: Float64Array;
  readonly standardDeviation?: Float64Array;
}

/**
 * What all measures of a regression are computed from, checked once.
 * @throws UserError where lengths disagree, there is no example, a value is not a finite number, or a standard deviation
 * is negative: names the array, and the first bad example and target.
 * @example
 * const judged = judgeRegression({ mean: Float32Array.of(1.1, 2.3) }, { names: ["price"], values: Float32Array.of(1, 2) });
 * console.log(rmse(judged).mean);
 */
export function judgeRegression(
  predictions: RegressionPredictions,
  { names, values }: RegressionTargets,
): JudgedRegression {
  if (names.length === 0) throw new UserError("targets: no names; name each column");
  if (values.length === 0) throw new UserError("targets: no examples; at least one is needed");
  if (values.length % names.length !== 0)
    throw new UserError(`targets: ${values.length} values do not fill rows of ${names.length} (${names.join(", ")})`);
  const { mean, standardDeviation } = predictions;
  for (const [what, given] of Object.entries({ targets: values, mean, "standard deviation": standardDeviation }))
    if (given) checkValues(what, given, names, values.length);
  checkSign(standardDeviation, names);
  return {
    examples: values.length / names.length,
    names,
    mean: Float64Array.from(mean),
    targets: Float64Array.from(values),
    residual: Float64Array.from(values, (value, i) => value - mean[i]),
    ...(standardDeviation && { standardDeviation: Float64Array.from(standardDeviation) }),
  };
}

function checkValues(what: string, values: Numbers, names: readonly string[], length: number): void {
  if (values.length !== length)
    throw new UserError(
      `${what}: ${values.length} values; ${length / names.length} examples of ${names.length} targets are ${length}`,
    );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UserError(`${what} ${placeOf(bad, names)} is ${values[bad]}, not a finite number`);
}

function checkSign(standardDeviation: Numbers | undefined, names: readonly string[]): void {
  const bad = standardDeviation?.findIndex((value) => value < 0) ?? -1;
  if (bad >= 0)
    throw new UserError(
      `standard deviation ${placeOf(bad, names)} is ${standardDeviation?.[bad]}; it must be at least 0. Is it a logarithm?`,
    );
}

/** `of example 3, target "mpg"`, for messages about a place of [N × D]. */
export const placeOf = (index: number, names: readonly string[]): string =>
  `of example ${Math.floor(index / names.length)}, target ${JSON.stringify(names[index % names.length])}`;

/**
 * The standard deviations, for what needs them above 0.
 * @param what for the message, e.g. `the Gaussian likelihood`
 * @throws UserError where there are none, or one is 0.
 */
export function positiveDeviations(
  { standardDeviation, names }: Pick<JudgedRegression, "standardDeviation" | "names">,
  what: string,
): Float64Array {
  if (!standardDeviation) throw new UserError(`${what} needs standard deviations; these predictions have none`);
  const zero = standardDeviation.indexOf(0);
  if (zero >= 0)
    throw new UserError(
      `${what}: the standard deviation ${placeOf(zero, names)} is 0; it must be above 0, e.g. with the noise of the targets added`,
    );
  return standardDeviation;
}

/** [N] the column of a target of [N × D]. */
export const column = (values: ArrayLike<number>, target: number, dimensions: number): Float64Array =>
  Float64Array.from({ length: values.length / dimensions }, (_, row) => values[row * dimensions + target]);
