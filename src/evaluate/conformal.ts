import { Random, type StoredPredictions, UserError } from "../core/index.ts";
import { checkLabels } from "../core/internal.ts";
import { conformalQuantile } from "./conformal-quantile.ts";
import { checkPredictions } from "./judged.ts";
import { softmaxSummary } from "./softmax.ts";

/**
 * Split conformal prediction: sets of classes that hold the right one with a promised probability, for images drawn like
 * the validation ones. `LAC` (Sadinle et al. 2019) takes all classes of enough probability and has the smallest sets;
 * `APS` (Romano et al. 2020) takes classes from the likeliest on until enough probability is gathered, randomised so
 * that it covers exactly; its sets adapt to how hard an image is.
 * @example
 * for (const method of conformalMethods) console.log(conformal(predictions, otherPredictions, { method, alpha: 0.1 }));
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
 * Calls `visit` with −log(1 − score) [K] of each image's classes, larger where they fit worse: scores that round to 1, as
 * all do of the classes that a sure model rules out, are told apart. All images share the array.
 */
function eachLogScores(
  { logits, classes, set }: StoredPredictions,
  { method, seed = 0 }: ConformalOptions,
  visit: (row: number, scores: LogScores) => void,
): void {
  const random = new Random("conformal", seed, set);
  const nll = new Float64Array(classes);
  const sorted = new Float64Array(classes);
  const logAfter = new Float64Array(classes);
  softmaxSummary(logits, classes, {
    visit({ row, logits: own, predicted, predictedNll }) {
      for (let k = 0; k < classes; k++) nll[k] = predictedNll + (own[predicted] - own[k]);
      // The score is 1 − probability.
      if (method === "LAC") return visit(row, lacScores(nll));
      const log1MinusU = Math.log1p(-random.uniform());
      sorted.set(nll);
      sorted.sort();
      // 1 − (what is gathered before a class + u of its own) is what comes after it + (1 − u) of its own.
      let after = Number.NEGATIVE_INFINITY;
      for (let i = classes - 1; i >= 0; i--) {
        logAfter[i] = after;
        after = logOfSum(after, -sorted[i]);
      }
      visit(
        row,
        apsScores(nll, (i) => -logOfSum(logAfter[i], log1MinusU - sorted[i])),
      );
    },
  });
}

/** −log(1 − score) of one image's classes. The likelier a class, the lower: a set holds the likeliest ones. */
interface LogScores {
  /** [K] −log of the probabilities. */
  readonly nll: Float64Array;
  readonly of: (k: number) => number;
  /** How many scores are within: those up to some bound. */
  readonly count: (within: (logScore: number) => boolean) => number;
}

const lacScores = (nll: Float64Array): LogScores => ({
  nll,
  of: (k) => nll[k],
  count(within) {
    let count = 0;
    for (let k = 0; k < nll.length; k++) if (within(nll[k])) count++;
    return count;
  },
});

/** @param at the score of the i-th likeliest class */
const apsScores = (nll: Float64Array, at: (i: number) => number): LogScores => ({
  nll,
  of(k) {
    // Classes of equal probability stand in the order of their numbers.
    let place = 0;
    for (let j = 0; j < nll.length; j++) if (nll[j] < nll[k] || (nll[j] === nll[k] && j < k)) place++;
    return at(place);
  },
  count(within) {
    let [low, high] = [0, nll.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (within(at(middle))) low = middle + 1;
      else high = middle;
    }
    return low;
  },
});

/** log(e^a + e^b). */
function logOfSum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The score of −log(1 − score). */
const scoreOf = (logScore: number): number => -Math.expm1(-logScore);

/** @throws UserError for logits that are not finite, or images without labels. */
function checkLabelled(predictions: StoredPredictions): void {
  checkPredictions(predictions);
  const { set, labels, classes } = predictions;
  checkLabels(set, labels, classes);
}

/**
 * The ⌈(n + 1)(1 − α)⌉-th smallest score of the validation labels.
 * @throws UserError for α outside (0, 1), and images without labels.
 */
export function conformalThreshold(validation: StoredPredictions, options: ConformalOptions): number {
  return promised(logThreshold(validation, options));
}

/** The threshold of −log(1 − threshold), where every class is in every set +∞ and not 1. */
const promised = (logThreshold: number): number =>
  logThreshold === Number.POSITIVE_INFINITY ? logThreshold : scoreOf(logThreshold);

/** −log(1 − that); +∞ where the validation set is too small for α. */
function logThreshold(validation: StoredPredictions, options: ConformalOptions): number {
  if (!(options.alpha > 0 && options.alpha < 1))
    throw new UserError(`conformal: alpha ${options.alpha} is outside (0, 1)`);
  checkLabelled(validation);
  const own = new Float64Array(validation.labels.length);
  eachLogScores(validation, options, (row, scores) => {
    own[row] = scores.of(validation.labels[row]);
  });
  return conformalQuantile(own, options.alpha) ?? Number.POSITIVE_INFINITY;
}

/**
 * [N × K] 1 where the class is in the image's set.
 * @example
 * const sets = predictionSets(predictions, 0.95, { method: "LAC", alpha: 0.1 }); // [N × K], 1 where the class is in the set
 */
export function predictionSets(
  predictions: StoredPredictions,
  threshold: number,
  options: ConformalOptions,
): Uint8Array {
  const sets = new Uint8Array(predictions.logits.length);
  const { classes } = predictions;
  eachLogScores(predictions, options, (row, { nll, count }) => {
    const members = count((score) => scoreOf(score) <= threshold);
    if (members === 0) return;
    const last = nll.slice().sort()[members - 1];
    let ties = members;
    for (let k = 0; k < classes; k++) if (nll[k] < last) ties--;
    for (let k = 0; k < classes; k++) if (nll[k] < last || (nll[k] === last && ties-- > 0)) sets[row * classes + k] = 1;
  });
  return sets;
}

/**
 * Calibrated on validation images, measured on others.
 * @throws UserError for α outside (0, 1), and images without labels.
 * @example
 * const validation = loadPredictions(run, "mnist/validation");
 * console.log(conformal(validation, predictions, { method: "LAC", alpha: 0.1 })); // sets that hold 90 % of the labels
 */
export function conformal(
  validation: StoredPredictions,
  test: StoredPredictions,
  options: ConformalOptions,
): ConformalResult {
  return measureSets(calibrateSets(validation, options), test);
}

/** What `calibrateSets` found, to be measured on any number of sets. */
export interface SetCalibration {
  readonly options: ConformalOptions;
  /** −log(1 − threshold); +∞ where the validation set is too small for α. */
  readonly logThreshold: number;
}

/** The first half of `conformal`. @throws UserError for α outside (0, 1), and images without labels. */
export const calibrateSets = (validation: StoredPredictions, options: ConformalOptions): SetCalibration => ({
  options,
  logThreshold: logThreshold(validation, options),
});

/** The second half of `conformal`. @throws UserError for images without labels. */
export function measureSets({ options, logThreshold }: SetCalibration, test: StoredPredictions): ConformalResult {
  checkLabelled(test);
  const { labels, classes } = test;
  const byClass = Array.from({ length: classes }, () => ({ images: 0, covered: 0 }));
  let [covered, members, empty, singletons] = [0, 0, 0, 0];
  eachLogScores(test, options, (row, scores) => {
    const size = scores.count((score) => score <= logThreshold);
    const hit = scores.of(labels[row]) <= logThreshold ? 1 : 0;
    covered += hit;
    members += size;
    if (size === 0) empty++;
    if (size === 1) singletons++;
    byClass[labels[row]].images++;
    byClass[labels[row]].covered += hit;
  });
  const images = labels.length;
  const shown = byClass.filter((one) => one.images > 0);
  return {
    method: options.method,
    alpha: options.alpha,
    threshold: promised(logThreshold),
    coverage: covered / images,
    worstClassCoverage: Math.min(...shown.map((one) => one.covered / one.images)),
    meanSize: members / images,
    emptyShare: empty / images,
    singletonShare: singletons / images,
  };
}
