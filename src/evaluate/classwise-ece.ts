import type { Judged } from "./judged.ts";

/**
 * Classwise ECE (Kull et al. 2019, section 2): the binned gap between the probability of a class and its frequency,
 * weighted by bin size, averaged over the classes. Equal-width bins of the probability.
 */
export function classwiseEce({ eachRow, labels, images, classes }: Judged, binCount: number): number {
  const count = new Float64Array(classes * binCount);
  const probability = new Float64Array(classes * binCount);
  const hits = new Float64Array(classes * binCount);
  eachRow((row, probabilities) => {
    for (let k = 0; k < classes; k++) {
      const p = probabilities[k];
      const bin = k * binCount + Math.min(Math.floor(p * binCount), binCount - 1);
      count[bin]++;
      probability[bin] += p;
      if (labels[row] === k) hits[bin]++;
    }
  });
  let sum = 0;
  for (let bin = 0; bin < count.length; bin++) sum += Math.abs(hits[bin] - probability[bin]);
  return sum / images / classes;
}
