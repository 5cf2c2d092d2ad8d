import { gen } from "./gen.ts";
import { mahalanobis } from "./mahalanobis.ts";
import { mahalanobisPlusPlus } from "./mahalanobis-plus-plus.ts";
import { relativeMahalanobis } from "./relative-mahalanobis.ts";
import { relativeMahalanobisPlusPlus } from "./relative-mahalanobis-plus-plus.ts";
import { residual } from "./residual.ts";
import type { FeatureScore } from "./types.ts";
import { vim } from "./vim.ts";

/** The table of scores on features: a new one is a file, a line here and a row in `feature-scores.test.ts`. */
export const featureScores = {
  mahalanobis,
  "mahalanobis++": mahalanobisPlusPlus,
  "relative-mahalanobis": relativeMahalanobis,
  "relative-mahalanobis++": relativeMahalanobisPlusPlus,
  vim,
  residual,
  gen,
} satisfies Record<string, FeatureScore>;

export type FeatureScoreName = keyof typeof featureScores;
export const featureScoreNames = Object.keys(featureScores) as FeatureScoreName[];
