import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PredictionBatchResults, Weights } from "../evaluate/index.ts";
import { predictionBatchResults } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

const pathOf = (run: string, weights: Weights | undefined) =>
  join(runPaths(run).predictions, weights === "raw" ? "prediction-batch-raw.json" : "prediction-batch.json");

export const savePredictionBatch = (run: string, results: PredictionBatchResults, weights?: Weights): void =>
  writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where it was not measured. @throws UserError where the file is damaged. */
export function readPredictionBatch(run: string, weights?: Weights): PredictionBatchResults | undefined {
  const path = pathOf(run, weights);
  return existsSync(path) ? parseJson(readText(path, ""), predictionBatchResults, path) : undefined;
}
