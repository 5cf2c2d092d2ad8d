import { z } from "zod";
import { centred, trainingMean } from "./moments.ts";
import { normsOf } from "./scored-block.ts";
import type { FeatureScore } from "./types.ts";

/** How far a feature lies along its class's weights, and how long it is (Liu & Qin 2025, neural collapse inspired). */
export const nci: FeatureScore<{ alpha: number }> = {
  title: "Feature along its class's weights, and its length (NCI)",
  short: "NCI",
  kind: "prediction",
  formula: "w_ŷ · (z − μ)/‖z − μ‖ + α‖z‖₁",
  source: "Liu & Qin 2025",
  traps: "α carries the scale of the features: OpenOOD chooses it on foreign validation images.",
  needs: ["features", "logits", "training.features", "classifier"],
  parameters: {
    alpha: {
      schema: z.number().nonnegative(),
      default: 1e-4,
      source: "OpenOOD",
      help: "α: weight of the length",
      grid: [1e-4, 1e-3, 1e-2, 1e-1],
    },
  },
  fit: async (fitting, { alpha }) => {
    const { width, data } = fitting;
    const { weight } = data.classifier!;
    const mean = await trainingMean(fitting);
    return ({ features, softmax: { predicted } }) => {
      const own = centred(features, mean);
      return normsOf(own, width).map((norm, i) => {
        let [along, length] = [0, 0];
        for (let d = 0, at = i * width, w = predicted[i] * width; d < width; d++) {
          along += weight[w + d] * own[at + d];
          length += Math.abs(features[at + d]);
        }
        return along / norm + alpha * length;
      });
    };
  },
};
