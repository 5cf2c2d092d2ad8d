import type { z } from "zod";
import type { DataSet, ImageSet } from "../../core/index.ts";
import { checkImageSet, knownName, registerEntry } from "../../core/internal.ts";
import { defaultDataDir } from "../directory.ts";
import { channelStatistics } from "../normalization.ts";
import { parseOptions } from "../regression/options.ts";
import { splitValidation } from "../split.ts";
import { coco } from "./coco.ts";
import { emojiScenes } from "./emoji-scenes.ts";
import type { DetectionContext, DetectionDataSet } from "./entry.ts";

export type { DetectionContext, DetectionDataSet, LoadedScenes } from "./entry.ts";
export { sceneConcepts } from "./scene-concepts.ts";
export { type WrittenSet, writeCocoFolder } from "./write-coco.ts";

/**
 * Every data set whose images have boxes, by the name that the user types.
 * @example
 * for (const [name, { title }] of Object.entries(detectionDataTable)) console.log(name, title);
 */
export const detectionDataTable = { "emoji-scenes": emojiScenes, coco };

export type DetectionDataName = keyof typeof detectionDataTable;
/**
 * Those of the table and of `registerDetectionDataSet`.
 * @example
 * console.log(detectionDataNames.join(", "));
 */
export const detectionDataNames = Object.keys(detectionDataTable) as DetectionDataName[];

/**
 * Makes a data set of the user's own with boxes known by name, in configs and to `--data`.
 * @throws UserError for a name that is taken
 * @example
 * const { train, test } = dataSet; // image sets of yours, with boxes
 * const entry = detectionDataTable["emoji-scenes"];
 * registerDetectionDataSet("my-scenes", { ...entry, load: async () => ({ title: "Mine", train, test, shifts: [] }) });
 */
export const registerDetectionDataSet = (name: string, entry: DetectionDataSet<any>): void =>
  registerEntry("detection data set", detectionDataTable, detectionDataNames, name, entry as unknown);

type OptionsOf = { [Name in DetectionDataName]: (typeof detectionDataTable)[Name]["options"] };
/** What has to be written, by data set: the rest has defaults. */
export type DetectionDataOptions = { [Name in DetectionDataName]: z.input<OptionsOf[Name]> }[DetectionDataName];

const entryOf = (name: string): DetectionDataSet =>
  detectionDataTable[knownName("detection data set", name, detectionDataNames)] as unknown as DetectionDataSet;

/**
 * Reads or makes a data set whose images have boxes: splits, held-out validation, normalization. The same options give the same
 * data.
 * @throws UserError in one line for an unknown data set or option, a value out of range, or a file that is not as it must be
 * @example
 * const { train, test } = await loadDetectionData({ name: "emoji-scenes", imageSize: 64, count: 100 });
 * console.log(train.boxes!.index.length, test.classNames);
 */
export async function loadDetectionData(
  options: DetectionDataOptions,
  { dataDir = defaultDataDir(), ...listeners }: DetectionContext = {},
): Promise<DataSet> {
  const entry = entryOf(options.name);
  const resolved = parseOptions(options.name, entry.options, options) as { seed: number; validationFraction: number };
  const loaded = await entry.load(resolved, { dataDir, ...listeners });
  const { seed, validationFraction } = resolved;
  const { train, validation } = loaded.validation
    ? { train: loaded.train, validation: loaded.validation }
    : splitValidation(loaded.train, validationFraction, seed);
  const { title, test, shifts } = loaded;
  for (const set of [train, validation, test, ...shifts]) requireBoxes(set);
  return { name: options.name, title, train, validation, test, shifts, normalization: channelStatistics(train) };
}

function requireBoxes(set: ImageSet): void {
  if (!set.boxes) throw new TypeError(`${set.name}: the data set gives no boxes`);
  checkImageSet(set);
}
