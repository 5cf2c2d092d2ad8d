/** A number for each target, and their mean. */
export interface PerTarget {
  /** [D] `undefined` where the number does not exist, as R² of a constant target. */
  readonly byTarget: readonly (number | undefined)[];
  /** Plain mean over the targets that have one; `undefined` where none has. */
  readonly mean: number | undefined;
}

export function perTarget(byTarget: readonly (number | undefined)[]): PerTarget {
  const known = byTarget.filter((value) => value !== undefined);
  const mean = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : undefined;
  return { byTarget, mean };
}
