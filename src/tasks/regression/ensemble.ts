import { type RegressionSet, UserError } from "../../core/index.ts";
import { counted } from "../../core/internal.ts";
import type { RegressionAnswers, RegressionPredictor } from "./predictor.ts";

/**
 * A deep ensemble as one predictor (Lakshminarayanan, Pritzel & Blundell 2017): the mean of its members' means, and as
 * variance the mean of their variances plus the variance of their means. Members that give no variance count as ones of
 * variance 0, so that the spread of the means is all.
 *
 * The variance of the means is the unbiased one (M − 1), as that over an anchored model's references is: the members are a
 * sample of what training could have given. The paper takes the variance of the mixture itself (M), which is smaller by a
 * factor of (M − 1)/M. Quantiles of equal levels are averaged.
 * @param members are disposed of with it
 * @throws UserError for fewer than two members; while predicting, for members that answer differently shaped, and where
 *   some give standard deviations or quantiles and others do not
 * @example
 * const members = ["runs/cars-0", "runs/cars-1"].map((folder) => loadRegressionPredictor(folder));
 * const ensemble = ensemblePredictor(members);
 */
export function ensemblePredictor(members: readonly RegressionPredictor[]): RegressionPredictor {
  if (members.length < 2) throw new UserError(`ensemble: ${counted(members.length, "member")}; at least 2 are needed`);
  return {
    async predict(set, options = {}) {
      const answers: RegressionAnswers[] = [];
      for (const [place, member] of members.entries()) {
        const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
          options.onProgress?.({ done: place * total + done, total: members.length * total });
        answers.push(await member.predict(set, { ...options, onProgress }));
      }
      return combined(set, answers);
    },
    async dispose() {
      for (const member of members) await member.dispose();
    },
  };
}

function combined({ name }: RegressionSet, answers: readonly RegressionAnswers[]): RegressionAnswers {
  const [first] = answers;
  const count = answers.length;
  const size = first.mean.length;
  const odd = answers.findIndex((one) => one.mean.length !== size);
  if (odd >= 0)
    throw new UserError(`ensemble: member ${odd} gives ${answers[odd].mean.length} means on ${name}, member 0 ${size}`);
  const deviations = ofAllOrNone(answers, "standard deviations", ({ standardDeviation }) => standardDeviation);
  const quantiles = ofAllOrNone(answers, "quantiles", (one) => one.quantiles);
  const mean = meanOf(answers.map((one) => one.mean));
  const variance = Float64Array.from(mean, (center, i) => {
    const spread = answers.reduce((sum, one) => sum + (one.mean[i] - center) ** 2, 0) / (count - 1);
    return spread + (deviations ?? []).reduce((sum, deviation) => sum + deviation[i] ** 2, 0) / count;
  });
  return {
    set: name,
    mean,
    standardDeviation: variance.map(Math.sqrt),
    ...(quantiles && { quantiles: combinedQuantiles(quantiles) }),
  };
}

type Quantiles = NonNullable<RegressionAnswers["quantiles"]>;

function combinedQuantiles(all: readonly Quantiles[]): Quantiles {
  const [{ levels }] = all;
  const other = all.findIndex((one) => one.levels.join() !== levels.join());
  if (other >= 0)
    throw new UserError(
      `ensemble: member ${other} gives the quantiles ${all[other].levels.join(", ")}, member 0 ${levels.join(", ")}; all must be of the same levels`,
    );
  return { levels, values: meanOf(all.map(({ values }) => values)) };
}

const meanOf = (all: readonly Float64Array[]): Float64Array =>
  Float64Array.from(all[0], (_, i) => all.reduce((sum, one) => sum + one[i], 0) / all.length);

function ofAllOrNone<T>(
  answers: readonly RegressionAnswers[],
  what: string,
  of: (answer: RegressionAnswers) => T | undefined,
): readonly T[] | undefined {
  const found = answers.flatMap((one) => of(one) ?? []) as T[];
  if (found.length === 0) return undefined;
  if (found.length === answers.length) return found;
  const lacking = answers.findIndex((one) => of(one) === undefined);
  throw new UserError(
    `ensemble: member ${lacking} gives no ${what}, but ${found.length} of ${answers.length} members do; take members of one kind`,
  );
}
