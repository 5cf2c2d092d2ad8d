import { type ImageSet, Random, subset, UserError } from "../core/index.ts";

/**
 * Splits rows in two, class by class: `held` gets about `fraction` of each class, and never a class's only row.
 * Rows stay in ascending order.
 * @example
 * const { kept, held } = holdOut(images.labels, 0.1, "my split", 0); // rows; every class gives its share
 * const validation = subset(images, held, "validation");
 */
export function holdOut(
  labels: ArrayLike<number>,
  fraction: number,
  ...key: (string | number)[]
): { kept: number[]; held: number[] } {
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = rowsOf.get(labels[row]);
    if (rows) rows.push(row);
    else rowsOf.set(labels[row], [row]);
  }
  const held = new Set<number>();
  for (const [label, rows] of rowsOf) {
    const count = Math.min(rows.length - 1, Math.max(1, Math.round(rows.length * fraction)));
    const shuffled = new Random(...key, label).shuffle([...rows]);
    for (let i = 0; i < count; i++) held.add(shuffled[i]);
  }
  const all = Array.from({ length: labels.length }, (_, row) => row);
  return { kept: all.filter((row) => !held.has(row)), held: all.filter((row) => held.has(row)) };
}

/** Split by the set's own labels, with which validation stays; training is by `trainLabels`, [N] of all rows. */
export function splitValidation(
  all: ImageSet,
  fraction: number,
  seed: number,
  trainLabels = all.labels,
): { train: ImageSet; validation: ImageSet } {
  const { kept, held } = holdOut(all.labels, fraction, seed, "validation");
  if (held.length === 0)
    throw new UserError(`${all.name}: no class has 2 images, so none can be held out for validation`);
  const train = subset({ ...all, labels: trainLabels }, kept);
  return { train, validation: subset(all, held, all.name.replace(/[^/]*$/, "validation")) };
}
