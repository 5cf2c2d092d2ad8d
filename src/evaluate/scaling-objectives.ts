import type { Objective } from "./lbfgs.ts";
import type { ScalingKind } from "./scaling.ts";

/** Weight of ODIR's mean squares. */
const PENALTY = 1e-3;

/** Labelled logits [N × K] that are all finite. */
export interface Held {
  readonly logits: ArrayLike<number>;
  /** [N × K] 1 where the class has no probability, whatever its logit says. */
  readonly masked?: Uint8Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

export interface Fit {
  readonly value: Objective;
  /** What the objective adds to the mean NLL. */
  readonly penalty: (point: Float64Array) => number;
}

export const meanNllOf = ({ value, penalty }: Fit, point: Float64Array): number =>
  value(point, new Float64Array(point.length)) - penalty(point);

const none = () => 0;

/** Mean NLL of scaled logits with its gradient; each kind says how unknowns become logits and back. */
export const objectives: Record<ScalingKind, (held: Held) => Fit> = {
  temperature: (held) => ({
    penalty: none,
    value(point, gradient) {
      const { logits, classes } = held;
      gradient[0] = 0;
      return meanNll(held, {
        scaled: (row, out) => {
          for (let k = 0; k < classes; k++) out[k] = point[0] * logits[row * classes + k];
        },
        gather: (row, residual) => {
          for (let k = 0; k < classes; k++) gradient[0] += residual[k] * logits[row * classes + k];
        },
      });
    },
  }),
  vector: (held) => ({
    penalty: none,
    value(point, gradient) {
      const { logits, classes } = held;
      gradient.fill(0);
      return meanNll(held, {
        scaled: (row, out) => {
          for (let k = 0; k < classes; k++) out[k] = point[k] * logits[row * classes + k] + point[classes + k];
        },
        gather: (row, residual) => {
          for (let k = 0; k < classes; k++) {
            gradient[k] += residual[k] * logits[row * classes + k];
            gradient[classes + k] += residual[k];
          }
        },
      });
    },
  }),
  matrix: (held) => {
    const { logits, classes } = held;
    const biases = classes * classes;
    const offDiagonal = PENALTY / Math.max(1, classes * (classes - 1));
    const intercept = PENALTY / classes;
    const weightOf = (i: number) => {
      if (i >= biases) return intercept;
      return Math.floor(i / classes) === i % classes ? 0 : offDiagonal;
    };
    const penalty = (point: Float64Array) => point.reduce((sum, value, i) => sum + weightOf(i) * value * value, 0);
    return {
      penalty,
      value(point, gradient) {
        for (let i = 0; i < point.length; i++) gradient[i] = 2 * weightOf(i) * point[i];
        const nll = meanNll(held, {
          scaled: (row, out) => {
            for (let k = 0; k < classes; k++) {
              let sum = point[biases + k];
              for (let j = 0; j < classes; j++) sum += point[k * classes + j] * logits[row * classes + j];
              out[k] = sum;
            }
          },
          gather: (row, residual) => {
            for (let k = 0; k < classes; k++) {
              for (let j = 0; j < classes; j++) gradient[k * classes + j] += residual[k] * logits[row * classes + j];
              gradient[biases + k] += residual[k];
            }
          },
        });
        return nll + penalty(point);
      },
    };
  },
};

interface Rows {
  /** Writes the scaled logits of a row. */
  readonly scaled: (row: number, out: Float64Array) => void;
  /** Takes the gradient with respect to them: (probability − [label]) / N. */
  readonly gather: (row: number, residual: Float64Array) => void;
}

function meanNll({ labels, classes, masked }: Held, { scaled, gather }: Rows): number {
  const images = labels.length;
  const out = new Float64Array(classes);
  let total = 0;
  for (let row = 0; row < images; row++) {
    scaled(row, out);
    if (masked) for (let k = 0; k < classes; k++) if (masked[row * classes + k]) out[k] = Number.NEGATIVE_INFINITY;
    let largest = out[0];
    for (let k = 1; k < classes; k++) largest = Math.max(largest, out[k]);
    const own = out[labels[row]];
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      out[k] = Math.exp(out[k] - largest);
      sum += out[k];
    }
    total += largest + Math.log(sum) - own;
    for (let k = 0; k < classes; k++) out[k] = (out[k] / sum - (k === labels[row] ? 1 : 0)) / images;
    gather(row, out);
  }
  return total / images;
}
