import { ashB } from "./ash-b.ts";
import { ashP } from "./ash-p.ts";
import { ashS } from "./ash-s.ts";
import { classMean } from "./class-mean.ts";
import { combination } from "./combination.ts";
import { cop } from "./cop.ts";
import { cosine } from "./cosine.ts";
import { dice } from "./dice.ts";
import { fdbd } from "./fdbd.ts";
import { gen } from "./gen.ts";
import { gradNorm } from "./grad-norm.ts";
import { klMatching } from "./kl-matching.ts";
import { knn } from "./knn.ts";
import { knnRaw } from "./knn-raw.ts";
import { mahalanobis } from "./mahalanobis.ts";
import { mahalanobisPlusPlus } from "./mahalanobis-plus-plus.ts";
import { nci } from "./nci.ts";
import { neco } from "./neco.ts";
import { nnguide } from "./nnguide.ts";
import { pca } from "./pca.ts";
import { react } from "./react.ts";
import { relation } from "./relation.ts";
import { relativeMahalanobis } from "./relative-mahalanobis.ts";
import { relativeMahalanobisPlusPlus } from "./relative-mahalanobis-plus-plus.ts";
import { residual } from "./residual.ts";
import { scale } from "./scale.ts";
import { she } from "./she.ts";
import type { FeatureScore } from "./types.ts";
import { vim } from "./vim.ts";
import { vra } from "./vra.ts";

/**
 * The table of scores on features: a new one is a file, a line here and a row in `feature-scores.test.ts`.
 * @example
 * for (const [name, score] of Object.entries(featureScores)) console.log(name, score);
 */
export const featureScores = {
  knn,
  "knn-raw": knnRaw,
  mahalanobis,
  "mahalanobis++": mahalanobisPlusPlus,
  "relative-mahalanobis": relativeMahalanobis,
  "relative-mahalanobis++": relativeMahalanobisPlusPlus,
  vim,
  residual,
  gen,
  fdbd,
  scale,
  "ash-s": ashS,
  "ash-b": ashB,
  "ash-p": ashP,
  react,
  nci,
  cosine,
  "class-mean": classMean,
  pca,
  cop,
  neco,
  nnguide,
  she,
  dice,
  "kl-matching": klMatching,
  "grad-norm": gradNorm,
  relation,
  vra,
  combination,
} satisfies Record<string, FeatureScore>;

export type FeatureScoreName = keyof typeof featureScores;
/**
 * The names of the scores on features, as `fitFeatureScores` takes them.
 * @example
 * console.log(featureScoreNames);
 */
export const featureScoreNames = Object.keys(featureScores) as FeatureScoreName[];
