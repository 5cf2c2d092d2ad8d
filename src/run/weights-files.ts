import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import type { Weights } from "../evaluate/index.ts";
import { oodScoreResults, predictionBatchResults, sensitivityResults } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

/** JSON beside a run's predictions, a file for each of its weights: `name.json`, `name-raw.json`. */
function weightsFile<Schema extends z.ZodType>(name: string, schema: Schema) {
  const pathOf = (run: string, weights: Weights | undefined) =>
    join(runPaths(run).predictions, weights === "raw" ? `${name}-raw.json` : `${name}.json`);
  return {
    save: (run: string, results: z.output<Schema>, weights?: Weights): void =>
      writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`),
    /** `undefined` where none was saved. @throws UserError where the file is damaged. */
    read(run: string, weights?: Weights): z.output<Schema> | undefined {
      const path = pathOf(run, weights);
      return existsSync(path) ? parseJson(readText(path, ""), schema, path) : undefined;
    },
    drop: (run: string, weights?: Weights): void => rmSync(pathOf(run, weights), { force: true }),
  };
}

export const {
  save: saveOodScores,
  read: readOodScores,
  drop: dropOodScores,
} = weightsFile("ood-scores", oodScoreResults);
export const { save: savePredictionBatch, read: readPredictionBatch } = weightsFile(
  "prediction-batch",
  predictionBatchResults,
);
export const { save: saveSensitivity, read: readSensitivity } = weightsFile("sensitivity", sensitivityResults);
