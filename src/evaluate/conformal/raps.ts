import { z } from "zod";
import { optionMeta } from "../../core/internal.ts";
import { logOfRest } from "./aps.ts";
import type { ConformalMethod } from "./types.ts";

/** APS with a price on every class beyond the first few: the long sets of APS, which hold noise, become shorter. */
export const raps: ConformalMethod<{ penalty: number; freeRanks: number }> = {
  title: "RAPS",
  formula: "p₍₁₎ + … + p₍ᵣ₋₁₎ + u p₍ᵣ₎ + λ max(0, r − k)",
  source: "Angelopoulos et al. 2021",
  // The values of Angelopoulos and Bates 2023, whose sets are of ImageNet; the paper tunes them on images held out for it.
  parameters: z.strictObject({
    penalty: z
      .number()
      .min(0)
      .default(0.01)
      .meta(
        optionMeta({
          flag: "--raps-penalty",
          value: "<λ>",
          help: "of RAPS: the price of each class beyond the free ones",
          example: 0.1,
        }),
      ),
    freeRanks: z
      .int()
      .min(0)
      .default(5)
      .meta(
        optionMeta({
          flag: "--raps-free-ranks",
          value: "<k>",
          help: "of RAPS: how many classes cost nothing",
          example: 2,
        }),
      ),
  }),
  /**
   * Of a score from 1 on score − 1. Of one below, which may round to 1, −1 / (1 − log(1 − score)): it grows from −1 to 0.
   */
  key(row, place, { penalty, freeRanks }) {
    const price = penalty * Math.max(0, place + 1 - freeRanks);
    const rest = logOfRest(row, place);
    if (price === 0) return -1 / (1 + rest);
    const over = price - Math.exp(-rest);
    return over < 0 ? -1 / (1 - Math.log(-over)) : over;
  },
  score: (key) => (key < 0 ? -Math.expm1(1 + 1 / key) : 1 + key),
};
