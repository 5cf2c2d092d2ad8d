import { type Predictions, type StoredPredictions, UserError } from "../core/index.ts";
import { combineMembers } from "../evaluate/index.ts";
import { anchoredOptions } from "../methods/index.ts";
import type { Variant } from "./variant.ts";
import type { VariantOptions } from "./variant-options.ts";

/** Passes with dropout (Gal & Ghahramani 2016), as a variant. @throws UserError for fewer than two */
export function mcDropout({ dropoutDraws: draws }: VariantOptions): Variant | undefined {
  if (draws === undefined) return undefined;
  const asked = `options.dropoutDraws ${draws}`;
  if (!(Number.isInteger(draws) && draws >= 2))
    throw new UserError(`${asked}: their spread needs at least 2; use a whole number, e.g. 10`);
  return {
    asked,
    stored: { name: `mc-dropout-${draws}`, title: `MC dropout, ${draws} draws`, passes: draws },
    check(run, { config }) {
      if (config.dropout === 0)
        throw new UserError(
          `${asked}: ${run} was trained without dropout; train one with config.dropout 0.1, or leave it out`,
        );
      const { anchorAt = "input" } = anchoredOptions(config.method) ?? {};
      if (anchorAt !== "input")
        throw new UserError(
          `${asked}: ${run} is anchored at ${anchorAt}, where references and images drop apart; leave it out`,
        );
    },
    predict: async (predictor, images, options) => combineDraws(await predictor.predictDraws(images, draws, options)),
  };
}

/**
 * The draws' answers as one, the mean of their probabilities, with `doubts`. Of anchored models each draw answers as the
 * protocol asks, and the uncertainty over references is the draws' mean.
 */
export function combineDraws(draws: readonly Predictions[]): StoredPredictions {
  const [{ uncertainty: first }] = draws;
  const uncertainty = first?.map((_, i) => draws.reduce((sum, one) => sum + one.uncertainty![i], 0) / draws.length);
  return { ...combineMembers(draws), uncertainty };
}
