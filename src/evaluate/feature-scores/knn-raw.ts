import { z } from "zod";
import { neighbourDistance } from "./neighbour-distance.ts";
import type { FeatureScore } from "./types.ts";

/** kNN without the division by the norm. */
export const knnRaw: FeatureScore<{ k: number }> = {
  title: "Distance to the k-th nearest training image, features as they are",
  short: "kNN, raw",
  kind: "distance",
  formula: "−‖z − k-th nearest zᵢ‖",
  source: "Sun et al. 2022, without normalisation",
  traps: "Images with small features lie near everything: faint ones look known.",
  needs: ["features", "training.features"],
  parameters: {
    k: {
      schema: z.number().int().positive(),
      default: 10,
      source: "ours: nothing is published for raw features",
      help: "which neighbour; fewer than there are training images",
    },
  },
  fit: (fitting, { k }) => neighbourDistance(fitting, k, "raw"),
};
