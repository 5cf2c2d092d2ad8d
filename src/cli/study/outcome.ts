import { existsSync } from "node:fs";
import { join } from "node:path";
import { runPaths, writeFileAtomic } from "../../core/index.ts";
import { readResults } from "../../evaluate/index.ts";
import { type StudyRun, type StudySummary, studyMarkdown, studyPage, summarize } from "../../report/index.ts";
import { readMetrics } from "../../train/index.ts";
import { toJson } from "../json.ts";
import type { Study } from "../studies/index.ts";
import { readChoice } from "./choose.ts";
import { cellRun, orderedArms } from "./plan.ts";

interface OutcomeOptions {
  readonly out: string;
  readonly seeds: number;
  readonly only?: readonly string[];
  readonly command: string;
}

export const outcomePaths = (out: string) => ({
  json: join(out, "study.json"),
  markdown: join(out, "study.md"),
  page: join(out, "study.html"),
});

/** Writes what came of the cells that are judged so far. @returns undefined where none is */
export async function writeOutcome(study: Study, options: OutcomeOptions): Promise<StudySummary | undefined> {
  const { out, command } = options;
  const runs = judgedRuns(study, options);
  if (runs.length === 0) return undefined;
  const chosen = new Map<string, string>();
  for (const { arm } of runs) {
    const choice = readChoice(out, study.arms[arm].chooseAs ?? arm);
    if (choice) chosen.set(arm, `${choice.path.split(".").at(-1)} ${choice.chosen}`);
  }
  const { title, baselines, measures } = study;
  const summary = summarize(runs, { title, command, baselines, measures, chosen });
  const paths = outcomePaths(out);
  writeFileAtomic(paths.json, `${toJson(summary)}\n`);
  writeFileAtomic(paths.markdown, studyMarkdown(summary));
  writeFileAtomic(paths.page, await studyPage(summary));
  return summary;
}

function judgedRuns(study: Study, { out, seeds, only }: OutcomeOptions): StudyRun[] {
  const seconds = (arm: string, seed: number): number => {
    const { startsFrom } = study.arms[arm];
    const own = readMetrics(runPaths(cellRun(out, arm, seed)).metrics).at(-1)?.seconds ?? 0;
    return own + (startsFrom === undefined ? 0 : seconds(startsFrom, seed));
  };
  // In the order of the study, not of the training.
  const wanted = new Set(orderedArms(study, only));
  return Object.keys(study.arms)
    .filter((arm) => wanted.has(arm))
    .flatMap((arm) =>
      Array.from({ length: seeds }, (_, seed) => seed)
        .filter((seed) => existsSync(runPaths(cellRun(out, arm, seed)).results))
        .map((seed) => ({
          arm,
          seed,
          results: readResults(cellRun(out, arm, seed)),
          trainingSeconds: seconds(arm, seed),
        })),
    );
}
