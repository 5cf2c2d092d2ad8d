import { type StoredPredictions, UserError } from "../core/index.ts";
import { checkLabels } from "../core/internal.ts";
import { checkPredictions } from "./judged.ts";
import { type Minimum, minimize } from "./lbfgs.ts";
import { type Fit, meanNllOf, objectives } from "./scaling-objectives.ts";

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
  /**
   * Why no finite scaling is the best one, where none is: the larger the logits are scaled, or the smaller, the better.
   * The scaling is then the identity.
   */
  readonly unbounded?: string;
}

/**
 * Post-hoc scalings of logits z (Guo et al. 2017, section 4.2): `temperature` z / T; `vector` w ∘ z + b; `matrix`
 * W z + b, with the off-diagonal and intercept penalty of Kull et al. 2019 (ODIR), for it has K² + K unknowns.
 */
export const scalingKinds = ["temperature", "vector", "matrix"] as const;
export type ScalingKind = (typeof scalingKinds)[number];

/**
 * Fits a scaling by L-BFGS from the identity, in float64: all three problems are convex. Where none has an end (every
 * image is right, or the logits are no better than chance) it is the identity and says so.
 * @throws UserError for a matrix with more unknowns than there are images.
 * @throws UserError for predictions without labels, and for logits that are not finite.
 * @example
 * const { temperature } = fitScaling("temperature", predictions); // of validation images
 */
export function fitScaling(kind: ScalingKind, validation: StoredPredictions): Scaling {
  const { labels, classes, set } = validation;
  checkPredictions(validation);
  checkLabels(`${set}, which a scaling is fitted on`, labels, classes);
  if (kind === "matrix" && classes * (classes + 1) > labels.length)
    throw new UserError(
      `matrix scaling: ${classes * (classes + 1)} unknowns for ${labels.length} validation images; use vector scaling`,
    );
  const logits = kind === "temperature" ? lessRowMaxima(validation.logits, classes) : validation.logits;
  const objective = objectives[kind]({ ...unmasked(logits), labels, classes });
  const start = identity(kind, classes);
  const nllBefore = meanNllOf(objective, start);
  const ended = (
    point: Float64Array,
    { iterations, converged }: Pick<Minimum, "iterations" | "converged">,
  ): Scaling => {
    const [weights, biases] = split(kind, point, classes);
    const nllAfter = meanNllOf(objective, point);
    return {
      kind,
      weights,
      biases,
      ...(kind === "temperature" && { temperature: 1 / weights[0] }),
      nllBefore,
      nllAfter,
      objective: nllAfter + objective.penalty(point),
      iterations,
      converged,
    };
  };
  const none = (unbounded: string): Scaling => ({ ...ended(start, { iterations: 0, converged: false }), unbounded });
  if (everyImageIsRight(validation.logits, labels, classes)) return none(ALL_RIGHT);
  // The problem is convex: where the NLL does not fall from 1 / T = 0 on, it is least there.
  if (kind === "temperature" && !(slopeAtZero(objective) < 0)) return none(NO_BETTER_THAN_CHANCE);
  const fitted = minimize(objective.value, start);
  const scaling = ended(fitted.point, fitted);
  if (kind === "vector" && everyImageIsRight(applyScaling(scaling, validation.logits, classes), labels, classes))
    return none(ALL_RIGHT);
  return scaling;
}

const ALL_RIGHT = "every validation image is right, so the sharper the better";
const NO_BETTER_THAN_CHANCE = "the logits tell the validation labels no better than chance, so the flatter the better";

/** Whether no class has a larger logit than the label's. */
const everyImageIsRight = (logits: ArrayLike<number>, labels: Int32Array, classes: number): boolean =>
  labels.every((label, row) => {
    for (let k = 0; k < classes; k++) if (logits[row * classes + k] > logits[row * classes + label]) return false;
    return true;
  });

/** The derivative of the mean NLL by 1 / T where that is 0. */
function slopeAtZero({ value }: Fit): number {
  const gradient = new Float64Array(1);
  value(new Float64Array(1), gradient);
  return gradient[0];
}

/**
 * The scaled logits [N × K]. A class whose logit is −Infinity stays so, and adds nothing to the others' in a matrix.
 * @throws UserError for a scaling of other classes.
 * @example
 * const scaling = fitScaling("temperature", predictions); // of validation images
 * const logits = applyScaling(scaling, otherPredictions.logits, otherPredictions.classes);
 */
export function applyScaling(
  { kind, weights, biases }: Scaling,
  given: StoredPredictions["logits"],
  classes: number,
): Float64Array {
  if (kind !== "temperature" && biases.length !== classes)
    throw new UserError(`a ${kind} scaling of ${biases.length} classes does not fit logits of ${classes}`);
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
