import { z } from "zod";
import { componentsFor, directions, symmetricEigen } from "./eigen.ts";
import { centred, totalMoments } from "./moments.ts";
import { shareParameter } from "./reconstruction.ts";
import { normsOf } from "./scored-block.ts";
import { type FeatureScore, UndefinedScore } from "./types.ts";

/** Share of a standardised feature that lies in the principal directions (Ben Ammar et al. 2024, NECO). */
export const neco: FeatureScore<{ share: number; timesLogit: boolean }> = {
  title: "Share of the feature in the principal directions (NECO)",
  short: "NECO",
  kind: "both",
  formula: "‖Px‖/‖x‖, x = (z − μ)/σ, P: the fewest directions with a share of the variance; times max l",
  source: "Ben Ammar et al. 2024, as in NINCO's code",
  traps: "A negative max l turns the score round. The paper tunes the number of directions. σ = 0 counts as 1.",
  needs: ["features", "logits", "training.features"],
  parameters: {
    share: shareParameter(0.9, "NINCO's code"),
    timesLogit: {
      schema: z.boolean(),
      default: true,
      source: "NINCO's code",
      help: "whether the ratio is multiplied by the largest logit",
    },
  },
  fit: async (fitting, { share, timesLogit }) => {
    const { width, classes, innerProducts } = fitting;
    const { mean, covariance } = await totalMoments(fitting);
    const spread = Float64Array.from({ length: width }, (_, d) => Math.sqrt(covariance[d * width + d]) || 1);
    const correlation = covariance.map((value, i) => value / (spread[Math.floor(i / width)] * spread[i % width]));
    const eigen = symmetricEigen(correlation, width);
    const kept = componentsFor(eigen, share);
    if (kept === undefined) throw new UndefinedScore("the training features do not vary");
    const basis = directions(eigen, 0, kept);
    return async ({ features, logits, softmax: { predicted } }) => {
      const rows = centred(features, mean).map((value, i) => value / spread[i % width]);
      const inside = normsOf(await innerProducts(rows, basis, width), kept);
      return normsOf(rows, width).map(
        (norm, i) => (inside[i] / norm) * (timesLogit ? logits[i * classes + predicted[i]] : 1),
      );
    };
  },
};
