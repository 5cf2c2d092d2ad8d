import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson, readText, runPaths, writeFileAtomic } from "../files/index.ts";
import type { Weights } from "./stored.ts";

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

const pathOf = (run: string, weights: Weights | undefined) =>
  join(runPaths(run).predictions, weights === "raw" ? "sensitivity-raw.json" : "sensitivity.json");

export const saveSensitivity = (run: string, results: SensitivityResults, weights?: Weights): void =>
  writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where it was not measured. @throws UserError where the file is damaged. */
export function readSensitivity(run: string, weights?: Weights): SensitivityResults | undefined {
  const path = pathOf(run, weights);
  return existsSync(path) ? parseJson(readText(path, ""), sensitivityResults, path) : undefined;
}
