import { type ImageSet, Random, UserError } from "../core/index.ts";

/**
 * How a wrong label is chosen: `symmetric`, uniformly among the other classes; `pairwise`, the next class, as when
 * annotators take one class for one other (Han et al. 2018, section 4).
 */
export const labelNoiseKinds = ["symmetric", "pairwise"] as const;
export type LabelNoiseKind = (typeof labelNoiseKinds)[number];

export interface LabelNoise {
  readonly kind: LabelNoiseKind;
  /** Share of the labels that become wrong, in [0, 0.5]; every one of them does become another. */
  readonly share: number;
  readonly seed: number;
}

/**
 * The set with a share of its labels made wrong: exactly that share, rounded, of the images, drawn by the seed.
 * @throws UserError for a share outside [0, 0.5], above which the right label need not be the most frequent one.
 * @example
 * const noisy = withLabelNoise(dataSet.train, { kind: "symmetric", share: 0.2, seed: 0 }); // 20 % of the labels are wrong
 */
export function withLabelNoise(set: ImageSet, { kind, share, seed }: LabelNoise): ImageSet {
  if (!(share >= 0 && share <= 0.5)) throw new UserError(`data.labelNoise ${share}: outside [0, 0.5]; e.g. 0.2`);
  const classes = set.classNames.length;
  const random = new Random("label noise", seed, kind);
  const rows = random.shuffle(Int32Array.from(set.labels, (_, row) => row));
  const labels = set.labels.slice();
  for (const row of rows.subarray(0, Math.round(share * rows.length))) {
    const step = kind === "pairwise" ? 1 : 1 + random.integer(classes - 1);
    labels[row] = (labels[row] + step) % classes;
  }
  return { ...set, labels };
}
