import { knownName } from "../../core/internal.ts";
import {
  type FeatureScore,
  type FeatureScoreName,
  featureScoreNames,
  featureScores,
  type OodScoreName,
  oodScores,
} from "../../evaluate/index.ts";

/** Scores of logits alone that are judged for every run; those of scaled logits stay where the scaling is told. */
const logitScoreNames = [
  "max-softmax",
  "max-logit",
  "energy",
  "entropy",
  "reference-std",
] as const satisfies readonly OodScoreName[];
export type LogitScoreName = (typeof logitScoreNames)[number];

/** Every score that `--ood-scores` takes. */
export type ScoreName = LogitScoreName | FeatureScoreName;
export const scoreNames: readonly ScoreName[] = [...logitScoreNames, ...featureScoreNames];

/** Named before any number was seen: one that sees the prediction, one that sees the distance. */
export const headlineScores: readonly ScoreName[] = ["max-softmax", "mahalanobis++"];

/** `default`: leaders of the published tables, and of the measurements in docs/evaluation.md. */
const defaultScores: readonly ScoreName[] = [
  ...(["max-softmax", "energy", "entropy", "reference-std", "gen", "fdbd"] as const),
  ...(["knn", "mahalanobis", "mahalanobis++", "relative-mahalanobis", "vim", "scale", "react", "nci"] as const),
];

/**
 * What `--ood-scores` means; the headline scores are always among them.
 * @param asked names, `default` or `all`
 * @throws UserError for a name that is not known
 */
export function scoresAsked(asked: readonly string[]): ScoreName[] {
  const named = new Set<ScoreName>(headlineScores);
  for (const name of asked)
    for (const one of name === "all"
      ? scoreNames
      : name === "default"
        ? defaultScores
        : [knownName("score", name, [...scoreNames, "default", "all"]) as ScoreName])
      named.add(one);
  return scoreNames.filter((name) => named.has(name));
}

export const isLogitScore = (name: ScoreName): name is LogitScoreName =>
  (logitScoreNames as readonly string[]).includes(name);

/** What tables say of a score. */
export function scoreFacts(name: ScoreName): Pick<FeatureScore, "title" | "short" | "kind"> {
  if (!isLogitScore(name)) {
    const { title, short, kind }: FeatureScore = featureScores[name];
    return { title, short, kind };
  }
  const { title, short } = oodScores[name];
  return { title, short, kind: "prediction" };
}
