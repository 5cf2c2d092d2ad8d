import { type ImageSet, permutation, Random, subset, UserError } from "../core/index.ts";

/**
 * `count` images, drawn by the seed; each class keeps its share of them, and at least one. What a smaller count keeps, a
 * larger one keeps, too, as far as shares are rounded alike.
 * @throws UserError for fewer images than classes, or more than there are
 */
export function withLimit(set: ImageSet, { count, seed }: { readonly count: number; readonly seed: number }): ImageSet {
  const images = set.labels.length;
  if (!Number.isInteger(count) || count > images)
    throw new UserError(`data.limitTrain ${count}: must be a whole number of at most the ${images} training images`);
  const counts = new Int32Array(set.classNames.length);
  for (const label of set.labels) counts[label]++;
  const present = Array.from(counts.keys()).filter((k) => counts[k] > 0);
  if (count < present.length)
    throw new UserError(
      `data.limitTrain ${count}: fewer than the ${present.length} classes; use at least ${present.length}`,
    );
  const left = Int32Array.from(counts, (n) => (n > 0 ? Math.max(1, Math.floor((n * count) / images)) : 0));
  // What rounding left over goes, and what it took too much comes from, the classes that are furthest from their share.
  const lack = (k: number) => (counts[k] * count) / images - left[k];
  for (let rest = count - left.reduce((a, b) => a + b, 0); rest !== 0; rest -= Math.sign(rest)) {
    const open = present.filter((k) => (rest > 0 ? left[k] < counts[k] : left[k] > 1));
    const next = open.reduce((best, k) => (Math.sign(rest) * (lack(k) - lack(best)) > 0 ? k : best));
    left[next] += Math.sign(rest);
  }
  const order = permutation(images, new Random("limit-train", seed));
  return subset(set, order.filter((row) => left[set.labels[row]]-- > 0).sort());
}
