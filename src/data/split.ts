import { Random } from "../core/index.ts";

/**
 * Splits rows in two, class by class: `held` gets about `fraction` of each class, and never a class's only row.
 * Rows stay in ascending order.
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
