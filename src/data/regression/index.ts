import type { z } from "zod";
import type { RegressionData } from "../../core/index.ts";
import { knownName, registerEntry } from "../../core/internal.ts";
import { defaultDataDir } from "../directory.ts";
import { csv } from "./csv.ts";
import { emojiCount } from "./emoji-count.ts";
import { emojiRotation } from "./emoji-rotation.ts";
import type { RegressionContext, RegressionDataSet } from "./entry.ts";
import { functions } from "./functions.ts";
import { images } from "./images.ts";
import { parseOptions, type SplitOptions } from "./options.ts";
import { splitExamples } from "./split.ts";

export { regressionFingerprint } from "../../files/internal.ts";
export { type ClosedForm, type ClosedFormName, closedFormNames, closedForms } from "./closed-forms.ts";
export type { LoadedExamples, RegressionContext, RegressionDataSet } from "./entry.ts";
export { type FeatureNames, type FeatureRow, featureRowsOf, readFeatureRows } from "./feature-rows.ts";
export { splitFields, type TargetShift, targetShifts } from "./options.ts";

/**
 * Every data set whose targets are numbers, by the name that the user types.
 * @example
 * console.log(regressionDataTable.csv.title, Object.keys(regressionDataTable.csv.options.shape));
 */
export const regressionDataTable = {
  csv,
  images,
  functions,
  "emoji-rotation": emojiRotation,
  "emoji-count": emojiCount,
};

export type RegressionDataName = keyof typeof regressionDataTable;
/**
 * Those of the table and of `registerRegressionDataSet`.
 * @example
 * for (const name of regressionDataNames) console.log(name);
 */
export const regressionDataNames = Object.keys(regressionDataTable) as RegressionDataName[];

/**
 * Makes a regression's data set of the user's own known by name, in configs and to `--data`; its entry is as
 * docs/adding-a-regression-data-set.md says.
 * @throws UserError for a name that is taken
 * @example
 * const { csv } = regressionDataTable;
 * registerRegressionDataSet("flats", { ...csv, load: (options, context) => csv.load({ ...options, file: "flats.csv" }, context) });
 */
export const registerRegressionDataSet = (name: string, entry: RegressionDataSet<any>): void =>
  registerEntry("regression data set", regressionDataTable, regressionDataNames, name, entry as unknown);

type OptionsOf = { [Name in RegressionDataName]: (typeof regressionDataTable)[Name]["options"] };
/** What has to be written, by data set: the rest has defaults. */
export type RegressionDataOptions = { [Name in RegressionDataName]: z.input<OptionsOf[Name]> }[RegressionDataName];
/** Every option, with the defaults filled in. */
export type ResolvedRegressionOptions = { [Name in RegressionDataName]: z.output<OptionsOf[Name]> }[RegressionDataName];

const entryOf = (name: string): RegressionDataSet =>
  regressionDataTable[knownName("regression data set", name, regressionDataNames)] as unknown as RegressionDataSet;

/**
 * Fills in the defaults, as a run's config stores them.
 * @throws UserError in one line for an unknown data set or option, or a value out of range
 * @example
 * resolveRegressionOptions({ name: "functions", function: "sine" }).count; // 1000
 */
export function resolveRegressionOptions(options: RegressionDataOptions): ResolvedRegressionOptions {
  const { name } = options;
  return parseOptions(name, entryOf(name).options, options) as ResolvedRegressionOptions;
}

/**
 * Reads or makes a data set whose targets are numbers, and splits it. The same options give the same data.
 * @throws UserError in one line for an unknown data set or option, a value out of range, or a file that is not as it
 *   must be
 * @example
 * const data = await loadRegressionData({ name: "csv", file: "cars.json", targets: ["Miles_per_Gallon"], shift: "gaps" });
 * data.shifts[0].name; // "cars/gap"
 */
export async function loadRegressionData(
  options: RegressionDataOptions,
  { dataDir = defaultDataDir(), ...listeners }: RegressionContext = {},
): Promise<RegressionData> {
  const resolved = resolveRegressionOptions(options);
  const context = { dataDir, ...listeners };
  const loaded = await entryOf(resolved.name).load(resolved, context);
  return splitExamples(resolved.name, loaded, resolved as SplitOptions, context);
}
