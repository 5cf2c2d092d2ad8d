import { percent } from "../core/index.ts";
import type { VerdictAnswer } from "./verdict-at.ts";

/** Why an image is foreign, by what is least usual about it. */
const reasons: Readonly<Record<VerdictAnswer["by"], string>> = {
  prediction: "no class fits",
  distance: "it looks like no training image",
};

/**
 * For people: the verdict and its reason, then the most similar training images, where they are told.
 * @example
 * const verdict = { known: false, score: -2.1, threshold: -1.8, keeps: 0.95, by: "prediction" } as const;
 * console.log(verdictInWords(verdict)); // ["foreign: no class fits (score -2.10, known from -1.80)"]
 */
export function verdictInWords({ known, score, threshold, by, nearest }: VerdictAnswer): string[] {
  const place = `(score ${score.toFixed(2)}, known from ${threshold.toFixed(2)})`;
  const like = nearest?.map(({ class: name, row, similarity }) => `${name} #${row} ${percent(similarity)}`);
  return [
    known ? `known ${place}` : `foreign: ${reasons[by]} ${place}`,
    ...(like ? [`most like ${like.join(", ")}`] : []),
  ];
}
