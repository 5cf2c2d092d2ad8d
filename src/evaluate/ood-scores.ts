import type { StoredPredictions } from "../core/index.ts";
import { areNormalised } from "./probabilities.ts";
import { softmaxSummary } from "./softmax.ts";

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
  readonly shown: (predictions: StoredPredictions, context?: ScoreContext) => Float64Array | undefined;
  /** [N] what images are ranked by where `shown` rounds: in the same order, of more digits. */
  readonly ranked?: (predictions: StoredPredictions, context?: ScoreContext) => Float64Array | undefined;
  /** Whether `shown` grows (1) or falls (−1) as an image gets stranger. */
  readonly direction: 1 | -1;
}

const scaled =
  (score: (predictions: StoredPredictions, temperature: number) => Float64Array | undefined) =>
  (predictions: StoredPredictions, { temperature }: ScoreContext = {}): Float64Array | undefined =>
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
    ranked: (predictions) => exactConfidence(predictions, 1),
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
    shown: (predictions) => logEntropy(predictions, 1).map(Math.exp),
    ranked: (predictions) => logEntropy(predictions, 1),
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
    ranked: scaled(exactConfidence),
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
    shown: scaled((predictions, temperature) => logEntropy(predictions, temperature).map(Math.exp)),
    ranked: scaled(logEntropy),
    direction: 1,
  },
} satisfies Record<string, OodScore>;

export type OodScoreName = keyof typeof oodScores;
export const oodScoreNames = Object.keys(oodScores) as OodScoreName[];

/** [N] what an image is ranked by: it grows as images get stranger. `undefined` where the model lacks what it needs. */
export function strangeness(name: OodScoreName, predictions: StoredPredictions, context?: ScoreContext) {
  const { direction, shown, ranked = shown }: OodScore = oodScores[name];
  return ranked(predictions, context)?.map((value) => direction * value);
}

function confidence({ logits, classes }: StoredPredictions, temperature: number): Float64Array {
  return softmaxSummary(logits, classes, { temperature }).confidence;
}

/** T · log Σ exp(z / T); of log-probabilities, which have lost it, `undefined`. */
function negativeEnergy({ logits, classes }: StoredPredictions, temperature: number): Float64Array | undefined {
  const { logSumExp } = softmaxSummary(logits, classes);
  if (areNormalised(logSumExp)) return undefined;
  if (temperature === 1) return logSumExp;
  return softmaxSummary(logits, classes, { temperature }).logSumExp.map((value) => temperature * value);
}

/** −log(1 − confidence): confidences of 1 − 1e-20 and 1 − 1e-30 are told apart. */
function exactConfidence({ logits, classes }: StoredPredictions, temperature: number): Float64Array {
  return softmaxSummary(logits, classes, { temperature }).logComplement.map((value) => -value);
}

/**
 * log H of the entropy H = Σ −p log p, nats, summed by logarithms: in a sure row the largest p rounds to 1 and the
 * others underflow.
 */
function logEntropy({ logits, classes, labels }: StoredPredictions, temperature: number): Float64Array {
  const out = new Float64Array(labels.length);
  const terms = new Float64Array(classes);
  softmaxSummary(logits, classes, {
    temperature,
    visit({ row, logits: own, predicted, predictedNll, logComplement }) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) {
        const nll = predictedNll + (own[predicted] - own[k]);
        // −log p of the largest is 1 − p to first order, and underflows where the logarithm of that does not.
        const logNll = k === predicted && logComplement < -600 ? logComplement : Math.log(nll);
        terms[k] = nll === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : logNll - nll;
        largest = Math.max(largest, terms[k]);
      }
      if (largest === Number.NEGATIVE_INFINITY) out[row] = largest;
      else {
        let sum = 0;
        for (let k = 0; k < classes; k++) sum += Math.exp(terms[k] - largest);
        out[row] = largest + Math.log(sum);
      }
    },
  });
  return out;
}

const rowMaxima = (values: StoredPredictions["logits"], classes: number): Float64Array =>
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
