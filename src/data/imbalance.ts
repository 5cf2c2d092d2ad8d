import { type ImageSet, permutation, Random, subset, UserError } from "../core/index.ts";

/**
 * A long tail, as Cao et al. (NeurIPS 2019, section 4.1) make it: of n images in the largest class, class k of K (from 0,
 * in the order of the class names) keeps n · ratio^(−k / (K − 1)), rounded, drawn by the seed; a class that has no more
 * keeps all it has. So the first class is `ratio` times the last.
 * @throws UserError for a ratio below 1
 * @example
 * const longTailed = withImbalance(dataSet.train, { ratio: 100, seed: 0 }); // the rarest class has 1 % of the images of the first
 */
export function withImbalance(
  set: ImageSet,
  { ratio, seed }: { readonly ratio: number; readonly seed: number },
): ImageSet {
  if (!(ratio >= 1))
    throw new UserError(`data.imbalance ${ratio}: below 1; it is the largest class over the smallest, e.g. 50`);
  const classes = set.classNames.length;
  const counts = new Float64Array(classes);
  for (const label of set.labels) counts[label]++;
  const most = Math.max(...counts);
  const left = counts.map((count, k) =>
    Math.min(count, Math.max(1, Math.round(most * ratio ** (-k / Math.max(1, classes - 1))))),
  );
  const order = permutation(set.labels.length, new Random("imbalance", seed));
  const kept = order.filter((row) => left[set.labels[row]]-- > 0).sort();
  return subset(set, kept);
}
