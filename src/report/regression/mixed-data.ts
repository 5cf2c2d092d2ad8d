import { mixedTitles } from "../mixed-data.ts";
import { type RegressionStudy, setOf } from "./study.ts";

/** What of the runs' data is not the same, a sentence each: errors on different examples are not to be compared. */
export function mixedRegressionData({ arms, sets }: RegressionStudy): string[] {
  const runs = arms.flatMap((arm) => arm.runs.map((run) => ({ name: arm.name, run })));
  const mixed = sets.filter((set) => {
    const targets = runs.flatMap(({ run }) => (setOf(run, set) ? run.judged(set.set, set.role).targets.join() : []));
    return new Set(targets).size > 1;
  });
  return [
    ...mixedTitles(runs),
    ...mixed.map(
      ({ set }) =>
        `${set} holds other examples in some runs than in others, so that numbers on it are not to be compared.`,
    ),
  ];
}
