/** What a verdict can look at. Each is a confidence: larger = better known. */
export type VerdictPart = "entropy" | "max-softmax" | "energy" | "mahalanobis++";

/**
 * By the name that `--verdict` takes: the parts of which the smallest z-score counts, each standardised on validation
 * images. All are cheap to carry in a file: of logits alone, or class means and one matrix.
 */
export const verdictScores = {
  combination: ["entropy", "mahalanobis++"],
  entropy: ["entropy"],
  "max-softmax": ["max-softmax"],
  energy: ["energy"],
  "mahalanobis++": ["mahalanobis++"],
} as const satisfies Record<string, readonly VerdictPart[]>;

export type VerdictScoreName = keyof typeof verdictScores;
/**
 * The scores that a verdict can go by.
 * @example
 * for (const verdict of verdictScoreNames) console.log(verdict, (await exportRun(run, { verdict })).length);
 */
export const verdictScoreNames = Object.keys(verdictScores) as VerdictScoreName[];

/** Those that see how far an image lies from training images; the others see what is answered. */
const distanceParts: readonly VerdictPart[] = ["mahalanobis++"];

/** What is least usual of an image, by the z-scores [P] of its parts: what is answered, or how far it lies from training images. */
export function leastUsual(parts: readonly VerdictPart[], scores: Float32Array): "prediction" | "distance" {
  const least = parts[scores.indexOf(Math.min(...scores))];
  return distanceParts.includes(least) ? "distance" : "prediction";
}
