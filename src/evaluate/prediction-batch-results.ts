import { z } from "zod";

/** How the answers of a model that reads its outputs relative to an anchor depend on it: `predictions/prediction-batch.json`. */
export const predictionBatchResults = z.object({
  sets: z.array(
    z.object({
      set: z.string(),
      points: z.array(
        z.object({
          /** Images of one anchor; `stored`; or `sorted` and a number, where the images came sorted by label. */
          batch: z.string(),
          accuracy: z.number(),
          /** Share of images whose class is another than that of the largest output. */
          changed: z.number(),
        }),
      ),
    }),
  ),
  /** Of the checkpoint that was asked. */
  checkpointSha256: z.string(),
});
export type PredictionBatchResults = z.infer<typeof predictionBatchResults>;
