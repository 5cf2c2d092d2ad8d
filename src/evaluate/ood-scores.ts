import type { StoredPredictions } from "../core/index.ts";
import { type MemberDoubtName, memberDoubts } from "./member-doubts.ts";
import { areNormalised } from "./probabilities.ts";
import { type ScoreSoftmax, softmaxByTemperature } from "./score-softmax.ts";

/** What a score may need besides the predictions. */
export interface ScoreContext {
  /** Fitted on validation images; scores of scaled logits are undefined without it. */
  readonly temperature?: number;
  /** `softmaxByTemperature` of these very predictions, for who asks for several scores; computed anew where absent. */
  readonly softmax?: ReturnType<typeof softmaxByTemperature>;
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

const plain =
  <R>(score: (predictions: StoredPredictions, temperature: number, context: ScoreContext) => R) =>
  (predictions: StoredPredictions, context: ScoreContext = {}): R =>
    score(predictions, 1, context);

const scaled =
  <R>(score: (predictions: StoredPredictions, temperature: number, context: ScoreContext) => R) =>
  (predictions: StoredPredictions, context: ScoreContext = {}): R | undefined =>
    context.temperature === undefined ? undefined : score(predictions, context.temperature, context);

const unit = (): readonly [number, number] => [0, 1];
const upToLogK = (classes: number): readonly [number, number] => [0, Math.log(classes)];

/** What the members of an ensemble tell beyond their mean; other models have no such score. */
function ofMembers(name: MemberDoubtName): OodScore {
  const { title, short, range } = memberDoubts[name];
  return { title, short, range, shown: ({ doubts }) => doubts?.[name], direction: 1 };
}

/**
 * The table of scores: a new one is a line here and a row in `detection.test.ts`.
 * @example
 * const strange = oodScores["max-softmax"].ranked(predictions); // a number an image
 */
export const oodScores = {
  // Hendrycks & Gimpel 2017.
  "max-softmax": {
    title: "Confidence (largest softmax probability)",
    short: "max-softmax",
    range: unit,
    shown: plain(confidence),
    ranked: plain(exactConfidence),
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
    shown: plain(negativeEnergy),
    direction: -1,
  },
  entropy: {
    title: "Entropy of the prediction, nats",
    short: "entropy",
    range: upToLogK,
    shown: plain(entropy),
    ranked: plain(logEntropy),
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
  "expected-entropy": ofMembers("expected-entropy"),
  "mutual-information": ofMembers("mutual-information"),
  disagreement: ofMembers("disagreement"),
  "variation-ratio": ofMembers("variation-ratio"),
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
    shown: scaled(entropy),
    ranked: scaled(logEntropy),
    direction: 1,
  },
} satisfies Record<string, OodScore>;

export type OodScoreName = keyof typeof oodScores;
/**
 * The names of all scores that tell known from foreign images by the outputs.
 * @example
 * for (const name of oodScoreNames) console.log(name, oodScores[name].title);
 */
export const oodScoreNames = Object.keys(oodScores) as OodScoreName[];

/** [N] what an image is ranked by: it grows as images get stranger. `undefined` where the model lacks what it needs. */
export function strangeness(name: OodScoreName, predictions: StoredPredictions, context?: ScoreContext) {
  const { direction, shown, ranked = shown }: OodScore = oodScores[name];
  return ranked(predictions, context)?.map((value) => direction * value);
}

const softmaxOf = (predictions: StoredPredictions, temperature: number, { softmax }: ScoreContext): ScoreSoftmax =>
  (softmax ?? softmaxByTemperature(predictions))(temperature);

function confidence(predictions: StoredPredictions, temperature: number, context: ScoreContext): Float64Array {
  return softmaxOf(predictions, temperature, context).confidence;
}

/** T · log Σ exp(z / T); of log-probabilities, which have lost it, `undefined`. */
function negativeEnergy(
  predictions: StoredPredictions,
  temperature: number,
  context: ScoreContext,
): Float64Array | undefined {
  const softmax = context.softmax ?? softmaxByTemperature(predictions);
  if (areNormalised(softmax(1).logSumExp)) return undefined;
  return softmax(temperature).logSumExp.map((value) => temperature * value);
}

/** −log(1 − confidence): confidences of 1 − 1e-20 and 1 − 1e-30 are told apart. */
function exactConfidence(predictions: StoredPredictions, temperature: number, context: ScoreContext): Float64Array {
  return softmaxOf(predictions, temperature, context).logComplement.map((value) => -value);
}

function entropy(predictions: StoredPredictions, temperature: number, context: ScoreContext): Float64Array {
  return logEntropy(predictions, temperature, context).map(Math.exp);
}

function logEntropy(predictions: StoredPredictions, temperature: number, context: ScoreContext): Float64Array {
  return softmaxOf(predictions, temperature, context).logEntropy;
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
