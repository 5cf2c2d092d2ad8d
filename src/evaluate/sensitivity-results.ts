import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { runPaths, writeFileAtomic } from "../core/index.ts";
import { parseJson, readText } from "./json-file.ts";

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

const path = (run: string) => join(runPaths(run).predictions, "sensitivity.json");

export const saveSensitivity = (run: string, results: SensitivityResults): void =>
  writeFileAtomic(path(run), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where it was not measured. @throws UserError where the file is damaged. */
export const readSensitivity = (run: string): SensitivityResults | undefined =>
  existsSync(path(run)) ? parseJson(readText(path(run), ""), sensitivityResults, path(run)) : undefined;
