import { UserError } from "../core/index.ts";
import type { Results } from "./results.ts";

export interface MeanSd {
  readonly mean: number;
  /** Sample standard deviation (n − 1); `undefined` for a single value. */
  readonly sd: number | undefined;
  readonly values: readonly number[];
}

/**
 * Mean and sample standard deviation of the numbers of several runs.
 * @throws UserError for no values.
 * @example
 * const { mean, sd } = meanSd([0.91, 0.93, 0.92]);
 */
export function meanSd(values: readonly number[]): MeanSd {
  if (values.length === 0) throw new UserError("meanSd: no values");
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : undefined, values };
}

/** What tells experiments apart, in the results of any task. */
export type ArmFacts = Pick<
  Results,
  "run" | "data" | "model" | "method" | "maskProbability" | "maskTarget" | "seed" | "settings"
> &
  Partial<Pick<Results, "variant">>;

/** The runs of one experiment: equal in everything but their seeds. */
export interface Arm<R extends ArmFacts = Results> {
  /** e.g. `anchored α = 0.25 (label)`; unlike every other arm's. */
  readonly name: string;
  /** Places in the list that was grouped. */
  readonly runs: readonly number[];
  readonly results: readonly R[];
}

const methodName = (facts: ArmFacts): string =>
  facts.variant ? `${trainedBy(facts)} · ${facts.variant.title}` : trainedBy(facts);

const trainedBy = ({ method, maskProbability, maskTarget }: ArmFacts): string => {
  if (maskProbability === undefined) return method;
  const target = maskTarget && maskProbability > 0 ? ` (${maskTarget})` : "";
  return `${method} α = ${maskProbability}${target}`;
};

/**
 * Sorts runs into arms, in order of first appearance. Two runs with the same settings *and* the same seed are not two
 * samples of seed noise: the second one becomes an arm of its own.
 * @example
 * for (const arm of groupIntoArms(results)) console.log(arm); // runs that differ in their seeds alone
 */
export function groupIntoArms<R extends ArmFacts>(results: readonly R[]): Arm<R>[] {
  const groups = new Map<string, number[]>();
  for (const [place, run] of results.entries()) {
    const sorted = Object.entries(run.settings).sort(([a], [b]) => (a < b ? -1 : 1));
    for (let repeat = 0; ; repeat++) {
      const key = JSON.stringify([run.data.name, run.model, methodName(run), sorted, repeat]);
      const group = groups.get(key) ?? [];
      if (group.some((other) => results[other].seed === run.seed)) continue;
      groups.set(key, [...group, place]);
      break;
    }
  }
  const arms = [...groups.values()].map((runs) => ({ runs, results: runs.map((place) => results[place]) }));
  const names = tellApart(arms.map((arm) => arm.results[0]));
  return arms.map((arm, i) => ({ name: names[i], ...arm }));
}

/** Method names, with what differs added where two would be the same: model, data, settings, at last the run's name. */
function tellApart(firsts: readonly ArmFacts[]): string[] {
  const names = firsts.map(methodName);
  const clashes = (i: number) => firsts.filter((_, j) => names[j] === names[i]);
  const plain = [...names];
  return plain.map((name, i) => {
    const rivals = clashes(i);
    if (rivals.length === 1) return name;
    const all = rivals.map(
      (run) => ({ data: run.data.name, model: run.model, ...run.settings }) as Record<string, unknown>,
    );
    const mine = { data: firsts[i].data.name, model: firsts[i].model, ...firsts[i].settings } as Record<
      string,
      unknown
    >;
    const keys = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
    const differing = keys.filter((key) => new Set(all.map((settings) => settings[key])).size > 1);
    const facts = differing.slice(0, 3).map((key) => `${key} ${mine[key] ?? "–"}`);
    const twins = rivals.filter((other) => differing.every((key) => all[rivals.indexOf(other)][key] === mine[key]));
    return [name, ...facts, ...(twins.length > 1 || facts.length === 0 ? [firsts[i].run] : [])].join(" · ");
  });
}
