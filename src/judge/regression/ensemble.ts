import { type RegressionData, UserError } from "../../core/index.ts";
import type { RegressionResults } from "../../evaluate/index.ts";
import { regressionFingerprint, sha256 } from "../../files/internal.ts";
import { ensemblePredictor, type RegressionPredictor } from "../../tasks/index.ts";
import { alone } from "../../train/index.ts";
import { atLength } from "../../train/internal.ts";
import { type EnsembleOptions, ensembleFacts, requireDistinct, requireMembers } from "../ensemble-facts.ts";
import { rankThreads } from "../rank-threads.ts";
import { requireNoRun } from "../result-folders.ts";
import { type JudgeRegressionOptions, judgeInto, type OpenedRegression } from "./judge-regression.ts";

/**
 * Opened runs as one deep ensemble, to be judged into a folder of its own that holds predictions and results only.
 * @param members by name
 * @throws UserError for fewer than two members, one that is given twice, and members of other data, model or targets
 * @example
 * const members = new Map([["runs/seed1", await open("runs/seed1")], ["runs/seed2", await open("runs/seed2")]]);
 * await judgeInto("runs/ensemble", openedEnsemble(members), "", {});
 */
export function openedEnsemble(
  members: ReadonlyMap<string, OpenedRegression>,
  options: EnsembleOptions = {},
): OpenedRegression {
  const all = [...members.values()];
  const names = [...members.keys()];
  requireMembers(names);
  checkAlike(names, all);
  const [{ data, references, draws }] = all;
  return {
    data,
    references,
    draws,
    facts: ensembleFacts(
      names,
      all.map(({ facts }) => facts),
      options,
    ),
    checkpointSha256: sha256(all.map(({ checkpointSha256 }) => checkpointSha256).join()),
    predictor: async () => {
      const opened: RegressionPredictor[] = [];
      try {
        for (const one of all) opened.push(await one.predictor());
      } catch (error) {
        for (const one of opened) await one.dispose();
        throw error;
      }
      return ensemblePredictor(opened);
    },
  };
}

function checkAlike(names: readonly string[], all: readonly OpenedRegression[]): void {
  requireDistinct(
    names,
    all.map(({ checkpointSha256 }) => checkpointSha256),
  );
  const first = whatItIs(all[0]);
  for (const [i, one] of all.entries())
    for (const [what, value] of Object.entries(whatItIs(one)))
      if (value !== first[what])
        throw new UserError(
          `ensemble: ${names[i]} has other ${what} than ${names[0]}; members share all but the seed of their training`,
        );
}

const whatItIs = ({ data, facts }: OpenedRegression): Record<string, string> => ({
  "validation, test or shift examples": heldOut(data),
  targets: facts.targets.map(({ name }) => name).join(),
  settings: JSON.stringify([
    facts.model,
    facts.method,
    Object.entries(facts.settings).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]),
});

/** Of all that members are judged on together. */
const heldOut = ({ validation, test, shifts }: RegressionData): string =>
  [validation, test, ...shifts].map(regressionFingerprint).join();

/**
 * Judges runs as one deep ensemble: what it predicts and its results go into a folder of their own.
 * @throws UserError as `openedEnsemble`, for a folder that holds a run, and as judging a run does
 * @example await judgeEnsemble(["runs/seed1", "runs/seed2"], "runs/ensemble", { openRun: openRegressionRun });
 */
export async function judgeEnsemble(
  runs: readonly string[],
  folder: string,
  { openRun, ...options }: Omit<JudgeRegressionOptions, "out"> & EnsembleOptions,
): Promise<RegressionResults> {
  const { group = alone, signal } = options;
  const threads = await rankThreads({ group });
  const ensemble = await atLength(
    group,
    async () => {
      requireNoRun("--ensemble", folder);
      const members = new Map<string, OpenedRegression>();
      for (const run of runs) members.set(run, await openRun(run, { threads }));
      return openedEnsemble(members, options);
    },
    signal,
  );
  const results = await judgeInto(folder, ensemble, "", options);
  for (const notice of results.notices ?? []) options.onNotice?.(`${folder}: ${notice}`);
  return results;
}
