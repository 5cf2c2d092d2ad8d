import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SensitivityResults, Weights } from "../evaluate/index.ts";
import { sensitivityResults } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

const pathOf = (run: string, weights: Weights | undefined) =>
  join(runPaths(run).predictions, weights === "raw" ? "sensitivity-raw.json" : "sensitivity.json");

export const saveSensitivity = (run: string, results: SensitivityResults, weights?: Weights): void =>
  writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where it was not measured. @throws UserError where the file is damaged. */
export function readSensitivity(run: string, weights?: Weights): SensitivityResults | undefined {
  const path = pathOf(run, weights);
  return existsSync(path) ? parseJson(readText(path, ""), sensitivityResults, path) : undefined;
}
