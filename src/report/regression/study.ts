import {
  groupIntoArms,
  type JudgedRegression,
  judgeRegression,
  type RegressionResults,
  type RegressionSetResults,
} from "../../evaluate/index.ts";
import { loadRegressionAnswers, readRegressionResults } from "../../run/index.ts";
import { type DrawnArm, drawnArm } from "../drawn-arm.ts";

/** One run, or ensemble, as a report sees it: nothing but what lies in its folder. */
export interface RegressionRun {
  readonly results: RegressionResults;
  /** Its stored answers on a set; read when a difference over examples needs them. */
  readonly judged: (set: string, role: "test" | "shift") => JudgedRegression;
}

export interface RegressionArm extends DrawnArm {
  readonly runs: readonly RegressionRun[];
}

/** A set that at least one run was judged on. */
export type ReportedSet = Pick<RegressionSetResults, "set" | "role">;

/** All that one page compares. */
export interface RegressionStudy {
  readonly arms: readonly RegressionArm[];
  /** The arm that others are compared with: of the standard ones the first with the least dropout, else the first. */
  readonly baseline: RegressionArm;
  /** Test before shift, in order of first appearance. */
  readonly sets: readonly ReportedSet[];
  /** D names. */
  readonly targets: readonly string[];
}

/** @throws UserError where a folder lacks its results, or a file is damaged. */
export function readReportedRegression(run: string): RegressionRun {
  const results = readRegressionResults(run);
  const known = new Map<string, JudgedRegression>();
  return {
    results,
    judged(set, role) {
      const key = `${role} ${set}`;
      if (!known.has(key)) {
        const answers = loadRegressionAnswers(run, set, role);
        known.set(key, judgeRegression(answers, answers.targets));
      }
      return known.get(key)!;
    },
  };
}

export function regressionStudy(runs: readonly RegressionRun[]): RegressionStudy {
  const arms = groupIntoArms(runs.map(({ results }) => results)).map(
    (arm, i): RegressionArm => ({ ...drawnArm(arm.name, i), runs: arm.runs.map((place) => runs[place]) }),
  );
  const sets = new Map<string, ReportedSet>();
  for (const { results } of runs) for (const { set, role } of results.sets) sets.set(`${role} ${set}`, { set, role });
  return {
    arms,
    baseline: arms.filter(({ runs }) => runs[0].results.method === "standard").sort(byDropout)[0] ?? arms[0],
    sets: [...sets.values()].sort((a, b) => Number(b.role === "test") - Number(a.role === "test")),
    targets: [...new Set(runs.flatMap(({ results }) => results.targets.map(({ name }) => name)))],
  };
}

const dropoutOf = ({ runs }: RegressionArm): number => Number(runs[0].results.settings.dropout ?? 0);
const byDropout = (a: RegressionArm, b: RegressionArm): number => dropoutOf(a) - dropoutOf(b);

export const otherRegressionArms = ({ arms, baseline }: RegressionStudy): RegressionArm[] =>
  arms.filter((arm) => arm !== baseline);

/** What a run has of a set; `undefined` where it was not judged on it. */
export const setOf = ({ results }: RegressionRun, { set, role }: ReportedSet): RegressionSetResults | undefined =>
  results.sets.find((other) => other.set === set && other.role === role);

/** Of each run of an arm that has it. */
export const ofSet = <T>(
  { runs }: RegressionArm,
  set: ReportedSet,
  pick: (results: RegressionSetResults, run: RegressionRun) => T | undefined,
): T[] =>
  runs.flatMap((run): T[] => {
    const own = setOf(run, set);
    const found = own && pick(own, run);
    return found === undefined ? [] : [found];
  });

/** Place of a target in a run's lists; −1 where it is not predicted. */
export const targetIn = ({ results }: RegressionRun, target: string): number =>
  results.targets.findIndex(({ name }) => name === target);

/** `In distribution: cars/test`, with the target where there are several. */
export const setTitle = ({ set, role }: ReportedSet, target: string, { targets }: RegressionStudy): string =>
  `${role === "test" ? "In distribution" : "Under shift"}: ${set}${targets.length > 1 ? `, ${target}` : ""}`;
