import { type JudgedRegression, positiveDeviations } from "./judged.ts";
import { type PerTarget, perTarget } from "./per-target.ts";

/** −log N(target; mean, σ²) [N × D], nats, with densities per unit of the target. @throws UserError for a σ of 0, or none. */
export function gaussianNllTerms(judged: JudgedRegression): Float64Array {
  const deviation = positiveDeviations(judged, "the Gaussian NLL");
  return judged.residual.map(
    (residual, i) => 0.5 * Math.log(2 * Math.PI) + Math.log(deviation[i]) + 0.5 * (residual / deviation[i]) ** 2,
  );
}

/**
 * Mean negative log-likelihood of a Gaussian of the predicted mean and standard deviation, nats. It depends on the unit:
 * a target in cm has log 100 more than in m. The mean over targets is that of one dimension; times D it is the NLL of
 * independent targets.
 * @throws UserError for a standard deviation of 0, or none.
 * @example
 * gaussianNll(judgedRegression).mean; // nats
 */
export function gaussianNll(judged: JudgedRegression): PerTarget {
  const terms = gaussianNllTerms(judged);
  const { examples, names } = judged;
  return perTarget(
    names.map((_, target) => {
      let sum = 0;
      for (let i = target; i < terms.length; i += names.length) sum += terms[i];
      return sum / examples;
    }),
  );
}
