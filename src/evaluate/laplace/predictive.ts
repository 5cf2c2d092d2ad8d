import { type Listener, Random, reporter, UserError } from "../../core/index.ts";
import { checkRows } from "../feature-scores/check-shapes.ts";
import { blockRowsOf, eachBlock, type Rows } from "../feature-scores/rows.ts";
import { logMean, logSoftmax } from "../log-softmax.ts";
import { type MemberDoubtName, memberDoubtNames, memberDoubts } from "../member-doubts.ts";
import { extendedRows } from "./extended-rows.ts";
import type { LastLayerLaplace } from "./fit.ts";

/**
 * What a Gaussian over logits becomes as probabilities: `probit`, softmax of each logit's mean divided by √(1 + π/8 of its
 * variance) (the extended probit approximation: Gibbs 1997; Daxberger et al. 2021); or the mean softmax of `samples`.
 * @example
 * for (const predictive of laplacePredictives) console.log(predictive);
 */
export const laplacePredictives = ["probit", "samples"] as const;
export type LaplacePredictive = (typeof laplacePredictives)[number];

export interface LaplacePredictOptions extends Listener {
  /** Default `probit`. */
  readonly predictive?: LaplacePredictive;
  /** How many, of `samples`; at least 2. Default 100. */
  readonly samples?: number;
  /** Of the samples. Default 0. */
  readonly seed?: number;
}

/** What a predictive is of images. */
export interface LaplacePrediction {
  /** [N, K] */
  readonly logProbabilities: Float64Array;
  /** By name [N]: how far `samples` differ, as members of an ensemble do. */
  readonly doubts?: Readonly<Record<MemberDoubtName, Float64Array>>;
}

/**
 * Predictive distribution of images under a Laplace approximation, as log-probabilities: `combineMembers`' form of an
 * ensemble, which every metric takes in place of logits. Logits are the means, as the network gives them. The samples of
 * the logits are made of the same draws for every image, so that equal images have equal answers in any order.
 * @param rows of judged images
 * @throws UserError for shapes that do not match, and fewer than 2 samples.
 * @example
 * const rows = { features: rowsOf(otherFeatures.features, 64), logits: rowsOf(predictions.logits, 10) };
 * const { logProbabilities } = await predictLaplace(laplace, rows, { predictive: "samples", samples: 50 });
 */
export async function predictLaplace(
  laplace: LastLayerLaplace,
  { features, logits }: { readonly features: Rows; readonly logits: Rows },
  { predictive = "probit", samples = 100, seed = 0, ...listener }: LaplacePredictOptions = {},
): Promise<LaplacePrediction> {
  const { classes, width } = laplace;
  checkRows(features, logits, width, classes);
  const logProbabilities = new Float64Array(logits.count * classes);
  const predict =
    predictive === "probit" ? byProbit(laplace) : bySamples(laplace, logits.count, drawsOf(samples, classes, seed));
  const report = reporter(listener, "laplace predictive", "images");
  await eachBlock(
    logits.count,
    async (from, to) => {
      report({ done: from, total: logits.count });
      const rows = extendedRows(Float64Array.from(await features.block(from, to)), width);
      const means = Float64Array.from(await logits.block(from, to));
      await predict.block(rows, means, logProbabilities.subarray(from * classes, to * classes), from);
    },
    blockRowsOf(Math.max(width + 1, classes ** 2)),
  );
  listener.onProgress?.(undefined);
  return { logProbabilities, ...(predict.doubts && { doubts: predict.doubts }) };
}

interface BlockPredictor {
  /** z̃ [n, D + 1] and mean logits [n, K] → log-probabilities [n, K], which are written. */
  block(rows: Float64Array, means: Float64Array, logs: Float64Array, from: number): Promise<void>;
  readonly doubts?: Readonly<Record<MemberDoubtName, Float64Array>>;
}

const byProbit = ({ classes, posterior }: LastLayerLaplace): BlockPredictor => ({
  async block(rows, means, logs) {
    const variances = await posterior.variances(rows);
    const scaled = means.map((mean, i) => mean / Math.sqrt(1 + (Math.PI / 8) * variances[i]));
    const probabilities = new Float64Array(classes);
    for (let at = 0; at < means.length; at += classes)
      logSoftmax(scaled, at, logs.subarray(at, at + classes), probabilities);
  },
});

/**
 * [S][K] of the standard normal distribution, in pairs of ε and −ε: those of one image serve all, and a mean of few draws
 * that is not 0 would move the logits of all the same way.
 */
function drawsOf(samples: number, classes: number, seed: number): Float64Array[] {
  if (!(Number.isInteger(samples) && samples >= 2))
    throw new UserError(`laplace: ${samples} samples; a whole number of at least 2 is needed`);
  const random = new Random("laplace samples", seed);
  const half = Array.from({ length: Math.ceil(samples / 2) }, () =>
    Float64Array.from({ length: classes }, () => random.normal()),
  );
  return half.flatMap((draw) => [draw, draw.map((value) => -value)]).slice(0, samples);
}

function bySamples(
  { classes, posterior }: LastLayerLaplace,
  images: number,
  draws: readonly Float64Array[],
): BlockPredictor {
  const doubts = Object.fromEntries(memberDoubtNames.map((name) => [name, new Float64Array(images)])) as Record<
    MemberDoubtName,
    Float64Array
  >;
  // [S][K], written anew for every image.
  const logProbabilities = draws.map(() => new Float64Array(classes));
  const probabilities = draws.map(() => new Float64Array(classes));
  const sampled = new Float64Array(classes);
  return {
    doubts,
    block: (rows, means, logs, from) =>
      posterior.eachRoot(rows, (i, root) => {
        for (const [s, draw] of draws.entries()) {
          for (let k = 0; k < classes; k++) {
            let logit = means[i * classes + k];
            for (let j = 0; j < classes; j++) logit += root[k * classes + j] * draw[j];
            sampled[k] = logit;
          }
          logSoftmax(sampled, 0, logProbabilities[s], probabilities[s]);
        }
        const mean = logs.subarray(i * classes, (i + 1) * classes);
        for (let k = 0; k < classes; k++) mean[k] = logMean(logProbabilities, k);
        const seen = { probabilities, logProbabilities, logMean: mean };
        for (const name of memberDoubtNames) doubts[name][from + i] = memberDoubts[name].of(seen);
      }),
  };
}
