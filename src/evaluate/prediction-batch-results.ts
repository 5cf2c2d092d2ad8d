import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson, readText, runPaths, writeFileAtomic } from "../files/index.ts";
import type { Weights } from "./stored.ts";

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

const pathOf = (run: string, weights: Weights | undefined) =>
  join(runPaths(run).predictions, weights === "raw" ? "prediction-batch-raw.json" : "prediction-batch.json");

export const savePredictionBatch = (run: string, results: PredictionBatchResults, weights?: Weights): void =>
  writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where it was not measured. @throws UserError where the file is damaged. */
export function readPredictionBatch(run: string, weights?: Weights): PredictionBatchResults | undefined {
  const path = pathOf(run, weights);
  return existsSync(path) ? parseJson(readText(path, ""), predictionBatchResults, path) : undefined;
}
