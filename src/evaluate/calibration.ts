import type { Judged } from "./judged.ts";

/** One equal-width bin of a reliability diagram. Means are 0 where `count` is 0. */
export interface ReliabilityBin {
  /** The bin holds confidences in [lower, upper); the last one also 1. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

/**
 * Share of the examples whose largest logit is the label's.
 * @example
 * accuracy(judge(predictions)); // in [0, 1]
 */
export const accuracy = ({ correct, images }: Judged): number => correct.reduce((sum, c) => sum + c, 0) / images;

/**
 * Mean negative log-likelihood, nats.
 * @example
 * meanNll(judge(predictions)); // nats
 */
export const meanNll = ({ nll, images }: Judged): number => nll.reduce((sum, value) => sum + value, 0) / images;

/**
 * Mean over images of Σ over classes of (probability − [class is the label])², in [0, 2] (Brier 1950).
 * @example
 * brier(judge(predictions));
 */
export const brier = ({ squaredError, images }: Judged): number =>
  squaredError.reduce((sum, value) => sum + value, 0) / images;

/**
 * Confidences sorted into equal-width bins. A confidence of exactly 1 belongs to the last bin (torchmetrics drops it
 * into a hidden extra one).
 * @example
 * for (const bin of reliabilityBins(judged, 15)) console.log(bin);
 */
export function reliabilityBins({ confidence, correct, images }: Judged, binCount: number): ReliabilityBin[] {
  const count = new Float64Array(binCount);
  const confidenceSum = new Float64Array(binCount);
  const correctSum = new Float64Array(binCount);
  for (let row = 0; row < images; row++) {
    const bin = Math.min(Math.floor(confidence[row] * binCount), binCount - 1);
    count[bin]++;
    confidenceSum[bin] += confidence[row];
    correctSum[bin] += correct[row];
  }
  return Array.from(count, (n, bin) => ({
    lower: bin / binCount,
    upper: (bin + 1) / binCount,
    count: n,
    meanConfidence: n && confidenceSum[bin] / n,
    accuracy: n && correctSum[bin] / n,
  }));
}

/** Maximum calibration error: the largest gap of a bin that holds an image (Guo et al. 2017). */
export const maximumCalibrationError = (judged: Judged, binCount: number): number =>
  reliabilityBins(judged, binCount).reduce(
    (largest, { count, accuracy, meanConfidence }) =>
      count > 0 ? Math.max(largest, Math.abs(accuracy - meanConfidence)) : largest,
    0,
  );

/**
 * Expected calibration error: the binned gap between confidence and accuracy, weighted by bin size. `norm` 1 is ECE
 * (Naeini et al. 2015, Guo et al. 2017), 2 is the root mean square error (Hendrycks et al. 2019).
 * @example
 * expectedCalibrationError(judged, 15, 1); // 15 bins, mean absolute gap
 */
export function expectedCalibrationError(judged: Judged, binCount: number, norm: 1 | 2): number {
  let sum = 0;
  for (const { count, accuracy, meanConfidence } of reliabilityBins(judged, binCount))
    sum += (count / judged.images) * Math.abs(accuracy - meanConfidence) ** norm;
  return sum ** (1 / norm);
}
