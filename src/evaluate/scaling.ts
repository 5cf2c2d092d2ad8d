import { type StoredPredictions, UserError } from "../core/index.ts";
import { checkPredictions } from "./judged.ts";
import { type Minimum, minimize } from "./lbfgs.ts";
import { meanNllOf, objectives } from "./scaling-objectives.ts";

/** A map of logits, fitted on validation images. */
export interface Scaling {
  readonly kind: ScalingKind;
  /** 1 / T, K scales, or a K × K matrix by rows. */
  readonly weights: readonly number[];
  /** K, or none for a temperature. */
  readonly biases: readonly number[];
  /** T, of kind `temperature`. */
  readonly temperature?: number;
  /** Mean NLL of the validation images before and after, nats; it never rises. */
  readonly nllBefore: number;
  readonly nllAfter: number;
  /** What was minimised: the NLL, and the penalty of a matrix. */
  readonly objective: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Post-hoc scalings of logits z (Guo et al. 2017, section 4.2): `temperature` z / T; `vector` w ∘ z + b; `matrix`
 * W z + b, with the off-diagonal and intercept penalty of Kull et al. 2019 (ODIR), for it has K² + K unknowns.
 */
export const scalingKinds = ["temperature", "vector", "matrix"] as const;
export type ScalingKind = (typeof scalingKinds)[number];

/** T and 1 / T are kept below this: logits that say nothing would make T infinite, perfect ones 0. */
const LARGEST_TEMPERATURE = 1e9;

/**
 * Fits a scaling by L-BFGS from the identity, in float64: all three problems are convex.
 * @throws UserError for a matrix with more unknowns than there are images.
 * @throws TypeError for predictions without labels, and for logits that are not finite.
 */
export function fitScaling(kind: ScalingKind, validation: StoredPredictions): Scaling {
  const { labels, classes, set } = validation;
  checkPredictions(validation);
  if (labels.some((label) => label < 0 || label >= classes))
    throw new TypeError(`${set}: a scaling is fitted on labelled images`);
  if (kind === "matrix" && classes * (classes + 1) > labels.length)
    throw new UserError(
      `matrix scaling: ${classes * (classes + 1)} unknowns for ${labels.length} validation images; use vector scaling`,
    );
  const logits = kind === "temperature" ? lessRowMaxima(validation.logits, classes) : validation.logits;
  const objective = objectives[kind]({ ...unmasked(logits), labels, classes });
  const start = identity(kind, classes);
  const nllBefore = meanNllOf(objective, start);
  const fitted: Minimum = minimize(objective.value, start);
  const [weights, biases] = split(kind, fitted.point, classes);
  const bounded = kind === "temperature" ? boundedInverse(weights[0]) : undefined;
  const point = bounded === undefined ? fitted.point : Float64Array.of(bounded);
  const nllAfter = meanNllOf(objective, point);
  return {
    kind,
    weights: bounded === undefined ? weights : [bounded],
    biases,
    ...(bounded !== undefined && { temperature: 1 / bounded }),
    nllBefore,
    nllAfter,
    objective: nllAfter + objective.penalty(point),
    iterations: fitted.iterations,
    converged: fitted.converged && (bounded === undefined || bounded === weights[0]),
  };
}

const boundedInverse = (inverse: number): number =>
  Math.min(Math.max(inverse, 1 / LARGEST_TEMPERATURE), LARGEST_TEMPERATURE);

/**
 * The scaled logits [N × K]. A class whose logit is −Infinity stays so, and adds nothing to the others' in a matrix.
 * @throws TypeError for a scaling of other classes.
 */
export function applyScaling(
  { kind, weights, biases }: Scaling,
  given: StoredPredictions["logits"],
  classes: number,
): Float64Array {
  if (kind !== "temperature" && biases.length !== classes)
    throw new TypeError(`a ${kind} scaling of ${biases.length} classes does not fit logits of ${classes}`);
  const { logits, masked } = unmasked(given);
  const out = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes)
    for (let k = 0; k < classes; k++) {
      if (masked?.[row + k]) out[row + k] = Number.NEGATIVE_INFINITY;
      else if (kind === "temperature") out[row + k] = logits[row + k] * weights[0];
      else if (kind === "vector") out[row + k] = logits[row + k] * weights[k] + biases[k];
      else {
        let sum = biases[k];
        for (let j = 0; j < classes; j++) sum += weights[k * classes + j] * logits[row + j];
        out[row + k] = sum;
      }
    }
  return out;
}

/** Finite logits, and where −Infinity stood. */
function unmasked(logits: StoredPredictions["logits"]) {
  if (!logits.includes(Number.NEGATIVE_INFINITY)) return { logits };
  const masked = Uint8Array.from(logits, (logit) => (logit === Number.NEGATIVE_INFINITY ? 1 : 0));
  return { logits: Float64Array.from(logits, (logit, i) => (masked[i] ? 0 : logit)), masked };
}

/** Logits less the largest of their row: the same probabilities at any temperature, in more digits where all are large. */
function lessRowMaxima(logits: ArrayLike<number>, classes: number): Float64Array {
  const out = Float64Array.from(logits);
  for (let row = 0; row < out.length; row += classes) {
    const values = out.subarray(row, row + classes);
    const largest = values.reduce((a, b) => Math.max(a, b));
    for (let k = 0; k < classes; k++) values[k] -= largest;
  }
  return out;
}

function identity(kind: ScalingKind, classes: number): Float64Array {
  if (kind === "temperature") return Float64Array.of(1);
  if (kind === "vector") return new Float64Array(2 * classes).fill(1, 0, classes);
  const point = new Float64Array(classes * classes + classes);
  for (let k = 0; k < classes; k++) point[k * classes + k] = 1;
  return point;
}

function split(kind: ScalingKind, point: Float64Array, classes: number): [number[], number[]] {
  const biases = kind === "temperature" ? 0 : classes;
  return [[...point.subarray(0, point.length - biases)], [...point.subarray(point.length - biases)]];
}
