import { z } from "zod";
import { optionMeta } from "../../core/internal.ts";
import type { ConformalMethod } from "./types.ts";

/** Of the probabilities only the largest counts, and the others' order: the tail, which is badly calibrated, does not. */
export const saps: ConformalMethod<{ penalty: number }> = {
  title: "SAPS",
  formula: "u p₍₁₎ where r = 1, else p₍₁₎ + (r − 2 + u) λ",
  source: "Huang et al. 2024",
  // TorchCP's value; the paper tunes it on images held out for it. At 0 all classes but the first would be alike.
  parameters: z.strictObject({
    penalty: z
      .number()
      .positive()
      .default(0.2)
      .meta(
        optionMeta({
          flag: "--saps-penalty",
          value: "<λ>",
          help: "of SAPS: the price of each class from the second on",
          example: 0.1,
        }),
      ),
  }),
  key({ ordered, u }, place, { penalty }) {
    const largest = Math.exp(-ordered[0]);
    return place === 0 ? u * largest : largest + (place - 1 + u) * penalty;
  },
  score: (key) => key,
};
