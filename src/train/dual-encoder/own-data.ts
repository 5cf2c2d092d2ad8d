import { type DataSet, UserError } from "../../core/index.ts";
import { fingerprintOf } from "../../files/internal.ts";
import { checkTrainingData, type RunDataOptions } from "../run-data.ts";
import { classifierConfig } from "../zero-shot-run/classifier-source.ts";
import { type DataForOptions, dataFor } from "./data-for.ts";
import type { LoadedDualEncoder } from "./load-dual-encoder.ts";

/**
 * Data to ask a dual encoder about: others, or those of its training, which are held to what the run keeps of them.
 * @throws UserError as `dataFor`, and where they are not those of the training and that is not insisted on
 */
export async function dualEncoderData(
  from: string,
  { run, ...shownBy }: Pick<LoadedDualEncoder, "encoder" | "channels" | "normalization" | "run">,
  { changedData, ...options }: DataForOptions & Pick<RunDataOptions, "changedData">,
): Promise<DataSet> {
  const record = run?.record;
  if (changedData && !record)
    throw new UserError(`options.changedData: ${from} was not trained here, and keeps no data; leave it out`);
  const { config, dataSet } = await dataFor(
    from,
    { ...shownBy, config: record ? classifierConfig(record.config) : {} },
    options,
  );
  if (record && config.data.name === record.config.data.name) {
    const isOther = Object.keys(options.given ?? {}).length > 0 && fingerprintOf(dataSet.train) !== record.data.sha256;
    const notice = isOther
      ? `${dataSet.title}: its training images are not those of ${from}, which may have been trained on some of the others`
      : checkTrainingData(from, record, dataSet, { changedData });
    if (notice) options.onNotice?.(notice);
  }
  return dataSet;
}
