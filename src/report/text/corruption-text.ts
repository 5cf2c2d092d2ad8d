import { percent, textTable } from "../../core/index.ts";
import { type CorruptionResults, corruptionSets } from "../../evaluate/index.ts";

/**
 * A line for each corruption that was judged, then the mean of them all, and the means of the published sets that are
 * complete: a mean over a part of one is another number and does not have its name.
 */
export function corruptionText({ cells, meanErrors, images }: CorruptionResults): string {
  const names = [...new Set(cells.map(({ corruption }) => corruption))];
  const errorOf = (some: CorruptionResults["cells"]) =>
    percent(some.reduce((sum, { metrics }) => sum + 1 - metrics.accuracy!, 0) / some.length);
  const named = Object.entries(meanErrors);
  const isNamed = named.some(
    ([name]) => corruptionSets[name.replace(/\*$/, "")].length === names.length && cells.length === 5 * names.length,
  );
  return textTable([
    [`${cells.length} corrupted sets of ${images} images`, "severities", "mean corruption error"],
    ...names.map((name) => {
      const own = cells.filter(({ corruption }) => corruption === name);
      return [name, own.map(({ severity }) => severity).join(", "), errorOf(own)];
    }),
    ...(isNamed ? [] : [[`mean of these ${cells.length} sets`, "", errorOf(cells)]]),
    ...named.map(([name, value]) => [name, "", percent(value)]),
  ]);
}
