import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { type RegressionData, type RegressionSet, UserError } from "../../core/index.ts";
import { loadRegressionData, type RegressionContext, type RegressionDataOptions } from "../../data/index.ts";
import type { RunConfig } from "../../run/index.ts";
import { requireRegisteredData } from "../../run/internal.ts";
import type { RegressionRecord } from "./record.ts";

/** Where a regression's data lie now, if they moved. */
export interface RegressionPlaces {
  /** Its table of numbers (data set `csv`). */
  readonly csv?: string;
  /** Its folder of images (data set `images`). */
  readonly folder?: string;
  /** The table of those images' targets. */
  readonly table?: string;
}

/** The option of a data set that holds each place. */
const optionOf = { csv: "file", folder: "folder", table: "table" } as const;
const placeNames = Object.keys(optionOf) as (keyof RegressionPlaces)[];

/** The options of a data set that are places. */
export const placesOf = (data: RunConfig["data"]): Record<string, string> =>
  Object.fromEntries(
    placeNames.map((name) => [optionOf[name], data[optionOf[name]]]).filter(([, path]) => typeof path === "string"),
  );

/**
 * The config with the places where its data lie now.
 * @throws UserError for a place of something that the run did not use, and where the data are gone.
 */
export function movedRegressionData<Config extends RunConfig>(
  run: string,
  config: Config,
  moved: RegressionPlaces = {},
): Config {
  const places = placesOf(config.data);
  for (const name of placeNames) {
    const now = moved[name];
    if (now !== undefined && places[optionOf[name]] === undefined)
      throw new UserError(`--${name} ${now}: ${run} was trained on ${config.data.name}, which has none; leave it out`);
    if (now !== undefined) places[optionOf[name]] = now;
  }
  for (const name of placeNames) {
    const path = places[optionOf[name]];
    if (path !== undefined && !existsSync(path))
      throw new UserError(
        `${path}: not there, but ${run} was trained on it; if it moved, say where to by --${name} NEW`,
      );
  }
  return { ...config, data: { ...config.data, ...places } };
}

/**
 * Loads the data that a regression was trained on, under the names that it knows them by wherever they lie now.
 * @throws UserError as `movedRegressionData` and `loadRegressionData`
 */
export async function loadMovedRegressionData(
  run: string,
  record: RegressionRecord,
  moved: RegressionPlaces = {},
  context: RegressionContext = {},
): Promise<RegressionData> {
  requireRegisteredData(run, record);
  const { config, data: stored } = record;
  const { data } = movedRegressionData(run, config, moved);
  const loaded = await loadRegressionData(data as unknown as RegressionDataOptions, context);
  const [from, to] = [data, config.data].map(stemOf);
  if (from === to) return loaded;
  const renamed = (set: RegressionSet): RegressionSet =>
    set.name.startsWith(`${from}/`) ? { ...set, name: to + set.name.slice(from.length) } : set;
  const { train, validation, test, shifts } = loaded;
  return {
    ...loaded,
    title: stored.title,
    train: renamed(train),
    validation: renamed(validation),
    test: renamed(test),
    shifts: shifts.map(renamed),
  };
}

/** What the names of its sets begin with. */
function stemOf(data: RunConfig["data"]): string {
  const { file, folder } = placesOf(data);
  if (file !== undefined) return basename(file, extname(file));
  return folder === undefined ? "" : basename(resolve(folder));
}
