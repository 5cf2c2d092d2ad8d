import { z } from "zod";
import { neighbourDistance } from "./neighbour-distance.ts";
import type { FeatureScore } from "./types.ts";

/** −distance of unit features to the k-th nearest training image (Sun et al. 2022). */
export const knn: FeatureScore<{ k: number }> = {
  title: "Distance to the k-th nearest training image, unit features",
  short: "kNN",
  kind: "distance",
  formula: "−‖unit(z) − k-th nearest unit(zᵢ)‖",
  source: "Sun et al. 2022",
  traps:
    "OpenOOD returns the squared distance (same ranking), and NaN for an all-zero image. k must be smaller than every class is for its images to be found; small sets want a small k.",
  needs: ["features", "training.features"],
  parameters: {
    k: {
      schema: z.number().int().positive(),
      default: 50,
      source: "the authors' code for CIFAR-10, and OpenOOD (1000 for ImageNet, 200 for CIFAR-100)",
      help: "which neighbour; fewer than there are training images",
      grid: [50, 100, 200, 500, 1000],
      // The authors' 50 of 50,000 is one in a thousand.
      ofSmall: { below: 10_000, tried: [10] },
    },
  },
  fit: (fitting, { k }) => neighbourDistance(fitting, k, "unit"),
};
