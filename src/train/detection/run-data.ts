import { existsSync } from "node:fs";
import { type DataSet, imageCount, UserError } from "../../core/index.ts";
import { type DetectionContext, type DetectionDataOptions, loadDetectionData } from "../../data/index.ts";
import { fingerprintOf } from "../../files/internal.ts";
import { requireRegisteredData } from "../../run/internal.ts";
import { checkSameClasses, describeDifference, insistOnData, type RunData } from "../run-data.ts";
import { boxesSha256, type DetectionRecord } from "./record.ts";

export interface DetectionDataPlaces extends DetectionContext {
  /** Where the run's folder of images lies now, if it moved. */
  readonly folder?: string;
  /** Take training data that are not those of the training, with a notice; they are refused where absent. */
  readonly changedData?: boolean;
}

/**
 * The data that a detector was trained on, wherever they lie now.
 * @throws UserError for data that are gone, of other classes, or, where nobody insists on them, not those of the training
 */
export async function loadDetectionRunData(
  run: string,
  record: DetectionRecord,
  { folder, changedData, ...context }: DetectionDataPlaces = {},
): Promise<RunData> {
  requireRegisteredData(run, record);
  const { config } = record;
  const stored = config.data as { readonly folder?: string };
  if (folder !== undefined && stored.folder === undefined)
    throw new UserError(
      `options.folder ${folder}: ${run} was trained on ${config.data.name}, not on a folder; leave it out`,
    );
  const place = folder ?? stored.folder;
  if (place !== undefined && !existsSync(place))
    throw new UserError(
      `${place}: not there, but ${run} was trained on it; if it moved, say where to by options.folder NEW`,
    );
  const options = { ...config.data, ...(place !== undefined && { folder: place }) };
  const dataSet = await loadDetectionData(options as unknown as DetectionDataOptions, context);
  checkSameClasses(run, record, dataSet.train);
  return { dataSet, notice: differenceOf(run, record, dataSet, changedData) };
}

function differenceOf(
  run: string,
  { data, boxes }: DetectionRecord,
  { train }: DataSet,
  changedData: boolean | undefined,
): string | undefined {
  if (fingerprintOf(train) === data.sha256 && boxesSha256(train.boxes!) === boxes.sha256) return undefined;
  const difference = describeDifference(data, imageCount(train));
  return insistOnData(`${run}: ${data.title}`, difference, { unit: "images", changedData });
}
