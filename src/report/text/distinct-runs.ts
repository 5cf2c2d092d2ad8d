import { distinctNames } from "../../run/index.ts";

/** Results for a table: runs of equal folder names are told apart by their paths. `runs` are theirs, in this order. */
export function withDistinctNames<Judged extends { readonly run: string }>(
  judged: readonly Judged[],
  runs: readonly string[],
): Judged[] {
  const names = distinctNames(runs);
  return judged.map((results, i) => {
    const alike = judged.filter(({ run }) => run === results.run).length > 1;
    return alike ? { ...results, run: names[i] } : results;
  });
}
