import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { OodScoreResults, Weights } from "../evaluate/index.ts";
import { oodScoreResults } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../files/internal.ts";

const pathOf = (run: string, weights: Weights | undefined) =>
  join(runPaths(run).predictions, weights === "raw" ? "ood-scores-raw.json" : "ood-scores.json");

export const saveOodScores = (run: string, results: OodScoreResults, weights?: Weights): void =>
  writeFileAtomic(pathOf(run, weights), `${JSON.stringify(results, null, 1)}\n`);

/** `undefined` where none were asked for. @throws UserError where the file is damaged. */
export function readOodScores(run: string, weights?: Weights): OodScoreResults | undefined {
  const path = pathOf(run, weights);
  return existsSync(path) ? parseJson(readText(path, ""), oodScoreResults, path) : undefined;
}

export const dropOodScores = (run: string, weights?: Weights): void => rmSync(pathOf(run, weights), { force: true });
