import type { Predictions } from "../core/index.ts";
import { softmax } from "./judged.ts";

/** What a score may need besides the predictions. */
export interface ScoreContext {
  /** Fitted on validation images; scores of scaled logits are undefined without it. */
  readonly temperature?: number;
}

/** A number per image that tells known from foreign ones; `undefined` where the model lacks what it needs. */
export interface OodScore {
  readonly title: string;
  /** For tables, after “by”. */
  readonly short: string;
  /** The range of `shown` for K classes, where it has one: histograms over it can be added over runs. */
  readonly range?: (classes: number) => readonly [number, number];
  /** [N] the quantity that a histogram shows. */
  readonly shown: (predictions: Predictions, context?: ScoreContext) => Float64Array | undefined;
  /** Whether `shown` grows (1) or falls (−1) as an image gets stranger. */
  readonly direction: 1 | -1;
}

const scaled =
  (score: (predictions: Predictions, temperature: number) => Float64Array) =>
  (predictions: Predictions, { temperature }: ScoreContext = {}): Float64Array | undefined =>
    temperature === undefined ? undefined : score(predictions, temperature);

const unit = (): readonly [number, number] => [0, 1];
const upToLogK = (classes: number): readonly [number, number] => [0, Math.log(classes)];

/** The table of scores: a new one is a line here and a row in `detection.test.ts`. */
export const oodScores = {
  // Hendrycks & Gimpel 2017.
  "max-softmax": {
    title: "Confidence (largest softmax probability)",
    short: "max-softmax",
    range: unit,
    shown: (predictions) => confidence(predictions, 1),
    direction: -1,
  },
  // Hendrycks et al. 2022.
  "max-logit": {
    title: "Largest logit",
    short: "max-logit",
    shown: ({ logits, classes }) => rowMaxima(logits, classes),
    direction: -1,
  },
  // Liu et al. 2020: the negative of their energy, so that larger means better known.
  energy: {
    title: "Negative energy (log-sum-exp of the logits)",
    short: "energy",
    shown: (predictions) => negativeEnergy(predictions, 1),
    direction: -1,
  },
  entropy: {
    title: "Entropy of the prediction, nats",
    short: "entropy",
    range: upToLogK,
    shown: (predictions) => entropy(predictions, 1),
    direction: 1,
  },
  "reference-std": {
    title: "Uncertainty (std over references, mean over classes)",
    short: "reference std",
    // The standard deviation of values in [0, 1] is at most 1/2 (up to √(K / (K − 1)) for K references).
    range: () => [0, 0.5],
    shown: ({ uncertainty, classes }) => uncertainty && rowMeans(uncertainty, classes),
    direction: 1,
  },
  "max-softmax-scaled": {
    title: "Confidence of temperature-scaled logits",
    short: "max-softmax, scaled",
    range: unit,
    shown: scaled(confidence),
    direction: -1,
  },
  "energy-scaled": {
    title: "Negative energy of temperature-scaled logits",
    short: "energy, scaled",
    shown: scaled(negativeEnergy),
    direction: -1,
  },
  "entropy-scaled": {
    title: "Entropy of temperature-scaled logits, nats",
    short: "entropy, scaled",
    range: upToLogK,
    shown: scaled(entropy),
    direction: 1,
  },
} satisfies Record<string, OodScore>;

export type OodScoreName = keyof typeof oodScores;
export const oodScoreNames = Object.keys(oodScores) as OodScoreName[];

const divided = (logits: Float32Array, temperature: number): ArrayLike<number> =>
  temperature === 1 ? logits : Float64Array.from(logits, (logit) => logit / temperature);

function confidence({ logits, classes }: Predictions, temperature: number): Float64Array {
  return softmax(divided(logits, temperature), classes).confidence;
}

/** T · log Σ exp(z / T). */
function negativeEnergy({ logits, classes }: Predictions, temperature: number): Float64Array {
  return softmax(divided(logits, temperature), classes).logSumExp.map((value) => temperature * value);
}

function entropy({ logits, classes }: Predictions, temperature: number): Float64Array {
  const { probabilities } = softmax(divided(logits, temperature), classes);
  return Float64Array.from({ length: probabilities.length / classes }, (_, row) => {
    let sum = 0;
    for (let k = row * classes; k < (row + 1) * classes; k++)
      if (probabilities[k] > 0) sum -= probabilities[k] * Math.log(probabilities[k]);
    return sum;
  });
}

const rowMaxima = (values: Float32Array, classes: number): Float64Array =>
  Float64Array.from({ length: values.length / classes }, (_, row) => {
    let largest = values[row * classes];
    for (let k = 1; k < classes; k++) largest = Math.max(largest, values[row * classes + k]);
    return largest;
  });

/** [N × K] → [N]. */
export function rowMeans(values: Float32Array, classes: number): Float64Array {
  return Float64Array.from({ length: values.length / classes }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += values[row * classes + k];
    return sum / classes;
  });
}
