import { gen } from "./gen.ts";
import type { FeatureScore } from "./types.ts";

/** The table of scores on features: a new one is a file, a line here and a row in `feature-scores.test.ts`. */
export const featureScores = {
  gen,
} satisfies Record<string, FeatureScore>;

export type FeatureScoreName = keyof typeof featureScores;
export const featureScoreNames = Object.keys(featureScores) as FeatureScoreName[];
