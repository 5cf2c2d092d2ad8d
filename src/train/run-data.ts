import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type DataSet, type ImageSet, imageCount, UserError } from "../core/index.ts";
import type { DataOptions } from "../data/index.ts";
import { fingerprintOf } from "../files/internal.ts";
import type { RunConfig, RunRecord } from "../run/index.ts";
import { requireRegisteredData } from "../run/internal.ts";
import { dataOptions } from "./data-options.ts";

/** Where a run's data lie by now, and whether they may have changed since. */
export interface RunDataOptions {
  /** Root of the local copies and caches; see `defaultDataDir`. */
  readonly dataDir?: string;
  /** Where a run's folder of images lies now, if it moved. */
  readonly folder?: string;
  /** Where a run's file of human labels lies now, if it moved. */
  readonly humanLabels?: string;
  /** Take training data that are not those of the training, with a notice; they are refused where absent. */
  readonly changedData?: boolean;
}

/** A run's data, and what results that rest on them must say. */
export interface RunData {
  readonly dataSet: DataSet;
  /** Where the training data changed, and that was insisted on. */
  readonly notice?: string;
}

/**
 * Loads the data that a run was trained on, by `load`, and holds them to the fingerprint that the run keeps: of other
 * training images the held-out ones would be drawn anew, and learnt ones be among them.
 * @throws UserError where the data are gone, or not those of the training and that is not insisted on; where their
 * classes are others in any case.
 * @example
 * const { dataSet } = await loadRunData("runs/photos", readRun("runs/photos"), loadDataSet, { folder: "new/place" });
 */
export async function loadRunData(
  run: string,
  record: RunRecord,
  load: (options: DataOptions) => Promise<DataSet>,
  options: RunDataOptions = {},
): Promise<RunData> {
  requireRegisteredData(run, record);
  const config = movedData(run, record.config, options);
  const loaded = await load(dataOptions(config, options.dataDir));
  const dataSet = named(loaded, config.data, record.config.data);
  checkSameClasses(run, record, dataSet.train);
  return { dataSet, notice: checkTrainingData(run, record, dataSet, options) };
}

/**
 * The config with the places where its data lie now.
 * @throws UserError for a place of something that the run did not use, and where the data are gone.
 */
export function movedData(run: string, config: RunConfig, { folder, humanLabels }: RunDataOptions): RunConfig {
  const stored = config.data as Pick<DataOptions, "name" | "folder" | "humanLabels">;
  if (folder !== undefined && stored.folder === undefined)
    throw new UserError(
      `options.folder ${folder}: ${run} was trained on ${stored.name}, not on a folder; leave it out`,
    );
  if (humanLabels !== undefined && stored.humanLabels === undefined)
    throw new UserError(`options.humanLabels ${humanLabels}: ${run} was trained without such labels; leave it out`);
  const moved = { folder: folder ?? stored.folder, humanLabels: humanLabels ?? stored.humanLabels };
  for (const [flag, path] of [
    ["options.folder", moved.folder],
    ["options.humanLabels", moved.humanLabels],
  ])
    if (path !== undefined && !existsSync(path))
      throw new UserError(`${path}: not there, but ${run} was trained on it; if it moved, say where to by ${flag} NEW`);
  const given = Object.fromEntries(Object.entries(moved).filter(([, path]) => path !== undefined));
  return { ...config, data: { ...config.data, ...given } };
}

/** A moved folder's sets keep the names that the run knows them by. */
function named(dataSet: DataSet, now: RunConfig["data"], before: RunConfig["data"]): DataSet {
  const [from, to] = [now, before].map(({ folder }) => (typeof folder === "string" ? basename(folder) : ""));
  if (from === to) return dataSet;
  const renamed = (set: ImageSet): ImageSet =>
    set.name.startsWith(`${from}/`) ? { ...set, name: to + set.name.slice(from.length) } : set;
  const { train, validation, test, shifts } = dataSet;
  return {
    ...dataSet,
    title: dataSet.title.startsWith(from) ? to + dataSet.title.slice(from.length) : dataSet.title,
    train: renamed(train),
    validation: renamed(validation),
    test: renamed(test),
    shifts: shifts.map(renamed),
  };
}

/** @throws UserError where the classes are not those that the run tells apart. */
export function checkSameClasses(
  run: string,
  { data }: Pick<RunRecord, "data">,
  { classNames }: Pick<ImageSet, "classNames">,
): void {
  const composed = (names: readonly string[]) => JSON.stringify(names.map((name) => name.normalize("NFC")));
  if (composed(classNames) !== composed(data.classNames))
    throw new UserError(
      `${run} was trained on the classes ${data.classNames.join(", ")}, but ${data.name} now has ${classNames.join(", ")}`,
    );
}

/**
 * Holds training images and labels to what the run keeps of its own.
 * @returns a notice where they differ and `changedData` is set; nothing where they are the same
 * @throws UserError where they differ otherwise
 */
export function checkTrainingData(
  run: string,
  { data, dataBefore }: Pick<RunRecord, "data" | "dataBefore">,
  { train }: Pick<DataSet, "train">,
  { changedData }: Pick<RunDataOptions, "changedData"> = {},
): string | undefined {
  if (fingerprintOf(train) === data.sha256) {
    if (!dataBefore?.length) return undefined;
    const steps = dataBefore.map(({ untilStep }) => untilStep).join(" and ");
    return `${run} was trained on other data until step ${steps}, which was insisted on: images that it is judged by may have been trained on`;
  }
  return insistOnData(`${run}: ${data.title}`, describeDifference(data, imageCount(train)), {
    unit: "images",
    changedData,
  });
}

/**
 * What is said where training data differ from those of the training, of whatever task.
 * @param what the run and its data
 * @returns a notice where that is insisted on
 * @throws UserError otherwise
 */
export function insistOnData(
  what: string,
  difference: string,
  { unit, changedData }: { readonly unit: "images" | "examples" } & Pick<RunDataOptions, "changedData">,
): string {
  const other = `${what} is not what it was trained on (${difference})`;
  if (changedData) return `${other}: ${unit} that it is judged by may have been trained on`;
  throw new UserError(
    `${other}, so that ${unit} it was trained on may be among the held-out ones; put the data back as they were, or insist with options.changedData`,
  );
}

/** In words, what is known of it. */
export const describeDifference = ({ trainImages }: Pick<RunRecord["data"], "trainImages">, now: number): string =>
  now === trainImages
    ? `as many training images, ${now}, but other pixels, labels or split`
    : `${trainImages} training images then, ${now} now`;
