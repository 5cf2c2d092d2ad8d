import { type DataSet, type Listener, UserError } from "../core/index.ts";
import { fingerprintOf } from "../files/internal.ts";
import { dataSetLoader } from "../judge/index.ts";
import { readRun } from "../run/index.ts";
import { isDualEncoderRun, loadRunData, type RunDataOptions, readContrastiveRun } from "../train/index.ts";

/**
 * The data of the first run, for `writeDemo`; the other runs must hold out the same images, or the page would show one
 * what it has learnt.
 * @throws UserError where they do not, or a run's data are gone or not those of its training
 * @example
 * await writeDemo([run, otherRun], await demoData([run, otherRun]), { out: "demo" });
 */
export async function demoData(
  runs: readonly string[],
  { onNotice, onProgress, ...options }: RunDataOptions & Listener = {},
): Promise<DataSet> {
  const load = dataSetLoader({ onNotice, onProgress });
  const sets: DataSet[] = [];
  for (const run of runs) {
    const { dataSet, notice } = await loadRunData(
      run,
      isDualEncoderRun(run) ? readContrastiveRun(run) : readRun(run),
      load,
      options,
    );
    if (notice) onNotice?.(notice);
    sets.push(dataSet);
  }
  const heldOut = ({ validation, test }: DataSet) => fingerprintOf(validation) + fingerprintOf(test);
  const other = sets.findIndex((set) => heldOut(set) !== heldOut(sets[0]));
  if (other > 0)
    throw new UserError(
      `${runs[other]} holds out other images than ${runs[0]}, so that it may have been trained on what the page shows; give each its own page`,
    );
  return sets[0];
}
