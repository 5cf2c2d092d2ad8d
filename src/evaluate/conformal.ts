import { Random, type StoredPredictions } from "../core/index.ts";
import { conformalQuantile } from "./conformal-quantile.ts";
import { checkPredictions, softmax } from "./judged.ts";

/**
 * Split conformal prediction: sets of classes that hold the right one with a promised probability, for images drawn like
 * the validation ones. `LAC` (Sadinle et al. 2019) takes all classes of enough probability and has the smallest sets;
 * `APS` (Romano et al. 2020) takes classes from the likeliest on until enough probability is gathered, randomised so
 * that it covers exactly; its sets adapt to how hard an image is.
 */
export const conformalMethods = ["LAC", "APS"] as const;
export type ConformalMethod = (typeof conformalMethods)[number];

export interface ConformalOptions {
  readonly method: ConformalMethod;
  /** Promised share of misses, in (0, 1). */
  readonly alpha: number;
  /** Of the random numbers of APS. Default 0. */
  readonly seed?: number;
}

export interface ConformalResult {
  readonly method: ConformalMethod;
  readonly alpha: number;
  /** Classes whose score is at most this are in the set; +∞ where the validation set is too small for α. */
  readonly threshold: number;
  /** Share of sets that hold the label. */
  readonly coverage: number;
  /** The lowest coverage of a class's images. */
  readonly worstClassCoverage: number;
  /** Mean number of classes in a set. */
  readonly meanSize: number;
  readonly emptyShare: number;
  readonly singletonShare: number;
}

/**
 * −log(1 − score) [N × K] of each class, larger where it fits worse: scores that round to 1, as all do of the classes that
 * a sure model rules out, are told apart.
 */
function logScores({ logits, classes, set }: StoredPredictions, { method, seed = 0 }: ConformalOptions): Float64Array {
  const { predicted, predictedNll } = softmax(logits, classes);
  const nll = Float64Array.from(logits, (logit, i) => {
    const row = Math.floor(i / classes);
    return predictedNll[row] + (logits[row * classes + predicted[row]] - logit);
  });
  // The score is 1 − probability.
  if (method === "LAC") return nll;
  const random = new Random("conformal", seed, set);
  const out = new Float64Array(logits.length);
  const order = Array.from({ length: classes }, (_, k) => k);
  for (let row = 0; row < logits.length; row += classes) {
    const log1MinusU = Math.log1p(-random.uniform());
    order.sort((a, b) => nll[row + a] - nll[row + b] || a - b);
    // 1 − (what is gathered before a class + u of its own) is what comes after it + (1 − u) of its own.
    let logAfter = Number.NEGATIVE_INFINITY;
    for (let i = classes - 1; i >= 0; i--) {
      const at = row + order[i];
      out[at] = -logOfSum(logAfter, log1MinusU - nll[at]);
      logAfter = logOfSum(logAfter, -nll[at]);
    }
  }
  return out;
}

/** log(e^a + e^b). */
function logOfSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The score of −log(1 − score). */
const scoreOf = (logScore: number): number => -Math.expm1(-logScore);

/** @throws TypeError for logits that are not finite, or images without labels. */
function checkLabelled(predictions: StoredPredictions): void {
  checkPredictions(predictions);
  const { set, labels, classes } = predictions;
  const bad = labels.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0) throw new TypeError(`${set}: label ${labels[bad]} of image ${bad} is outside [0, ${classes})`);
}

/**
 * The ⌈(n + 1)(1 − α)⌉-th smallest score of the validation labels.
 * @throws RangeError for α outside (0, 1); TypeError for images without labels.
 */
export function conformalThreshold(validation: StoredPredictions, options: ConformalOptions): number {
  const threshold = logThreshold(validation, options);
  return threshold === undefined ? Number.POSITIVE_INFINITY : scoreOf(threshold);
}

/** −log(1 − that), `undefined` where the validation set is too small for α. */
function logThreshold(validation: StoredPredictions, options: ConformalOptions): number | undefined {
  if (!(options.alpha > 0 && options.alpha < 1))
    throw new RangeError(`conformal: alpha ${options.alpha} is outside (0, 1)`);
  checkLabelled(validation);
  const { labels, classes } = validation;
  const all = logScores(validation, options);
  const own = Float64Array.from(labels, (label, row) => all[row * classes + label]);
  return conformalQuantile(own, options.alpha);
}

/** [N × K] 1 where the class is in the image's set. */
export function predictionSets(
  predictions: StoredPredictions,
  threshold: number,
  options: ConformalOptions,
): Uint8Array {
  return Uint8Array.from(logScores(predictions, options), (score) => (scoreOf(score) <= threshold ? 1 : 0));
}

/**
 * Calibrated on validation images, measured on others.
 * @throws RangeError for α outside (0, 1); TypeError for images without labels.
 */
export function conformal(
  validation: StoredPredictions,
  test: StoredPredictions,
  options: ConformalOptions,
): ConformalResult {
  const { method, alpha } = options;
  checkLabelled(test);
  const most = logThreshold(validation, options);
  const threshold = most === undefined ? Number.POSITIVE_INFINITY : scoreOf(most);
  const { labels, classes } = test;
  const sets = Uint8Array.from(logScores(test, options), (score) => (most === undefined || score <= most ? 1 : 0));
  const byClass = Array.from({ length: classes }, () => ({ images: 0, covered: 0 }));
  let [covered, members, empty, singletons] = [0, 0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    let size = 0;
    for (let k = 0; k < classes; k++) size += sets[row * classes + k];
    const hit = sets[row * classes + labels[row]];
    covered += hit;
    members += size;
    if (size === 0) empty++;
    if (size === 1) singletons++;
    byClass[labels[row]].images++;
    byClass[labels[row]].covered += hit;
  }
  const images = labels.length;
  const shown = byClass.filter((one) => one.images > 0);
  return {
    method,
    alpha,
    threshold,
    coverage: covered / images,
    worstClassCoverage: Math.min(...shown.map((one) => one.covered / one.images)),
    meanSize: members / images,
    emptyShare: empty / images,
    singletonShare: singletons / images,
  };
}
