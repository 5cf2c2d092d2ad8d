import { combineReferences } from "../../tasks/classification/combine.ts";
import type { Logits, Ranking } from "../calls.ts";
import type { Manifest, WordsPlan } from "../manifest.ts";

/** The largest difference of combined logits from what Node said of sample `i`, relative to the largest of those. */
export function differenceFrom({ models, classNames }: Manifest, i: number, answers: readonly Logits[]): number {
  const K = classNames.length;
  const differences = answers.map(({ logits, references }, model) => {
    const each = Array.from({ length: references }, (_, r) => logits.subarray(r * K, (r + 1) * K));
    const expected = models[model].expected.slice(i * K, (i + 1) * K);
    const scale = Math.max(1, ...expected.map(Math.abs));
    return Math.max(...combineReferences(each).logits.map((logit, k) => Math.abs(logit - expected[k]))) / scale;
  });
  return Math.max(...differences);
}

/** The same of dual encoders, for the suggested words. */
export function rankingDifference(
  { dualEncoders, suggested }: WordsPlan,
  i: number,
  rankings: readonly Pick<Ranking, "logits">[],
): number {
  const W = suggested.length;
  const differences = rankings.map(({ logits }, model) => {
    const expected = dualEncoders[model].expected.slice(i * W, (i + 1) * W);
    const scale = Math.max(1, ...expected.map(Math.abs));
    return Math.max(...expected.map((logit, k) => Math.abs(logit - logits[k]))) / scale;
  });
  return Math.max(...differences);
}
