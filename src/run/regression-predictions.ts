import { join } from "node:path";
import { UserError } from "../core/index.ts";
import {
  judgeRegression,
  type RegressionContext,
  type RegressionSetRole,
  type StoredRegression,
  type StoredRegressionSet,
} from "../evaluate/index.ts";
import { storedRegressionSet } from "../evaluate/internal.ts";
import { runPaths, writeNpy } from "../files/index.ts";
import { unusedSlug } from "./slug.ts";
import { readStored, storedIndex } from "./stored-index.ts";

const paths = (run: string, slug: string) => {
  const stem = join(runPaths(run).predictions, slug);
  return {
    mean: `${stem}.mean.npy`,
    deviation: `${stem}.std.npy`,
    quantiles: `${stem}.quantiles.npy`,
    targets: `${stem}.targets.npy`,
    reverse: `${stem}.reverse.npy`,
  };
};
const index = storedIndex("regression", storedRegressionSet, paths);

/**
 * The sets that a regression has predicted, in the order in which they were first saved; none for a fresh run.
 * @throws UserError where the folder holds predictions of another task, or the index is damaged.
 */
export const storedRegressionSets = (run: string): StoredRegressionSet[] => index.read(run);

/**
 * Stores answers under the run folder, in place of earlier ones on the set in the same role. Stopped at any moment it
 * leaves an index whose sets are whole: a set that is replaced leaves the index before its files change.
 * @throws UserError where arrays disagree, or a value is not finite.
 */
export function saveRegressionAnswers(run: string, answers: StoredRegression, context: RegressionContext): void {
  check(answers);
  const { set, mean, standardDeviation, quantiles, targets, reverse } = answers;
  const before = storedRegressionSets(run);
  const replaced = before.find((other) => other.set === set && other.role === context.role);
  const others = before.filter((other) => other !== replaced);
  const slug = replaced?.slug ?? unusedSlug(set, others);
  if (replaced) index.write(run, others);
  const files = paths(run, slug);
  const dimensions = targets.names.length;
  const examples = targets.values.length / dimensions;
  const shape = [examples, dimensions];
  writeNpy(files.mean, { shape, data: mean });
  writeNpy(files.targets, { shape, data: targets.values });
  if (standardDeviation) writeNpy(files.deviation, { shape, data: standardDeviation });
  if (quantiles) writeNpy(files.quantiles, { shape: [...shape, quantiles.levels.length], data: quantiles.values });
  if (reverse) writeNpy(files.reverse, { shape: [examples], data: reverse });
  const entry: StoredRegressionSet = {
    set,
    role: context.role,
    slug,
    examples,
    targets: [...targets.names],
    deviations: standardDeviation !== undefined,
    ...(quantiles && { quantileLevels: [...quantiles.levels] }),
    reverse: reverse !== undefined,
    k: context.k,
    checkpointSha256: context.checkpointSha256,
    inputKey: context.inputKey,
  };
  index.write(run, replaced ? before.map((other) => (other === replaced ? entry : other)) : [...others, entry]);
}

/** Removes the sets that `keep` does not want, with their files. */
export const dropRegressionAnswers: (run: string, keep: (entry: StoredRegressionSet) => boolean) => void = index.drop;

/**
 * Reads what a regression predicted for a set, with its targets.
 * @throws UserError where the set was never predicted, or a file of it is missing or damaged.
 * @example
 * const stored = loadRegressionAnswers(run, "cars/test", "test");
 * console.log(measureRegression(judgeRegression(stored, stored.targets)).rmse);
 */
export function loadRegressionAnswers(run: string, set: string, role: RegressionSetRole): StoredRegression {
  const sets = storedRegressionSets(run);
  const entry = sets.find((other) => other.set === set && other.role === role);
  if (!entry) {
    const known = sets.map((other) => `${other.set} (${other.role})`).join(", ");
    throw new UserError(`${run} has no predictions on "${set}" (${role}); it has: ${known || "none"}`);
  }
  const files = paths(run, entry.slug);
  const shape = [entry.examples, entry.targets.length];
  const read = (path: string, wanted: readonly number[]) => Float64Array.from(readStored(path, wanted, "f8", "f4"));
  const levels = entry.quantileLevels;
  const answers: StoredRegression = {
    set,
    mean: read(files.mean, shape),
    ...(entry.deviations && { standardDeviation: read(files.deviation, shape) }),
    ...(levels && { quantiles: { levels, values: read(files.quantiles, [...shape, levels.length]) } }),
    targets: { names: entry.targets, values: read(files.targets, shape) },
    ...(entry.reverse && { reverse: read(files.reverse, [entry.examples]) }),
  };
  try {
    check(answers);
  } catch (error) {
    throw new UserError(`${files.mean}: ${(error as Error).message}`);
  }
  return answers;
}

function check(answers: StoredRegression): void {
  const { set, targets, quantiles, reverse } = answers;
  try {
    judgeRegression(answers, targets);
    const dimensions = targets.names.length;
    if (quantiles) checkList("quantiles", quantiles.values, targets.values.length * quantiles.levels.length);
    if (reverse) checkList("reverse errors", reverse, targets.values.length / dimensions);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${set}: ${error.message}`);
    throw error;
  }
}

function checkList(what: string, values: Float64Array, length: number): void {
  if (values.length !== length) throw new UserError(`${what}: ${values.length} values; ${length} are needed`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UserError(`${what}: value ${bad} is ${values[bad]}, not a finite number`);
}
