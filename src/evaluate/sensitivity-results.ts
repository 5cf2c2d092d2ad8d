import { z } from "zod";

/** How an anchored model's answers depend on the number of references: `predictions/sensitivity.json`. */
export const sensitivityResults = z.object({
  /** Test images it was measured on. */
  images: z.number().int(),
  points: z.array(
    z.object({
      k: z.number().int(),
      /** Of the mean logits of K references, over draws of the K. */
      accuracyMean: z.number(),
      accuracySd: z.number(),
      /** Std over references of the sigmoids, mean over images and classes; 0 for K = 1. */
      spread: z.number(),
      secondsPer1000Images: z.number(),
    }),
  ),
  /** Of the checkpoint that was asked. */
  checkpointSha256: z.string(),
});
export type SensitivityResults = z.infer<typeof sensitivityResults>;
