import { UserError } from "../core/index.ts";
import { type RunRecord, readRun } from "../run/index.ts";
import { firstDifference } from "../run/internal.ts";
import { movedInWords, ranksBefore, stepOf, withRanksOf } from "./moved-ranks.ts";
import { describeDifference } from "./run-data.ts";
import { asStored, beginRecord, refuseDifference, writeRecord } from "./stored-record.ts";

export interface ClaimOptions {
  /** Go on with the run that is there. */
  readonly resume?: boolean;
  /** Resume on other data than those of the training so far. */
  readonly changedData?: boolean;
  readonly onNotice?: (line: string) => void;
}

/** Reads what a run folder says of a run. */
type Read<OfTask> = (run: string) => OfTask;

/**
 * Writes config.json into a new folder; checks it against the one of a resumed run. A folder without a checkpoint has
 * nothing to lose and is started afresh. Data may have moved in between: then config.json says where they lie now.
 * @throws UserError for a folder that holds a run, or that of another config or other data
 */
export function claimFolder<OfTask extends RunRecord = RunRecord>(
  run: string,
  record: OfTask,
  options: ClaimOptions,
  read: Read<OfTask> = readRun as Read<OfTask>,
): void {
  if (!options.resume) {
    beginRecord(run, record);
    return;
  }
  const stored = read(run);
  const { recalibrated, dataBefore = [], ...before } = withRanksOf(record, stored); // training does not read running statistics
  const changed = record.data.sha256 !== before.data.sha256;
  const expected = withPlacesOf(record, before, options);
  refuseDifference(run, record.config, expected.config);
  if (changed && !options.changedData)
    throw new UserError(
      `options.resume: ${before.data.title} is not what ${run} was trained on (${describeDifference(before.data, record.data.trainImages)}); put the data back as they were, choose another folder, or insist with options.changedData`,
    );
  if (!options.changedData) requireSamePictures(run, record, before);
  refuseDifference(run, record, changed ? withCountsOf(record, expected) : expected);
  const { trainImages, sha256 } = before.data;
  const now: OfTask = {
    ...record,
    ...ranksBefore(run, record, stored),
    ...(recalibrated && { recalibrated }),
    ...((changed || dataBefore.length > 0) && {
      dataBefore: changed ? [...dataBefore, { untilStep: stepOf(run), trainImages, sha256 }] : dataBefore,
    }),
  };
  const moved = movedInWords(run, record, stored);
  if (moved) options.onNotice?.(moved);
  if (changed)
    options.onNotice?.(
      `${run} goes on with other data (${describeDifference(before.data, record.data.trainImages)}); config.json and its results say so`,
    );
  if (firstDifference(asStored(now), asStored(read(run)))) writeRecord(run, now);
}

/** What must agree but need not: where the same data and modules lie, or, insisted on, all that is said of them. */
function withPlacesOf(
  { config, data, mixingPictures, modules }: RunRecord,
  before: RunRecord,
  options: ClaimOptions,
): RunRecord {
  const { folder, humanLabels } = config.data;
  const there = before.config.data;
  const places = {
    ...(folder !== undefined && there.folder !== undefined && { folder }),
    ...(humanLabels !== undefined && there.humanLabels !== undefined && { humanLabels }),
  };
  const pictures = config.mixingPictures !== undefined && before.config.mixingPictures !== undefined;
  return {
    ...before,
    config: {
      ...before.config,
      data: options.changedData && there.name === config.data.name ? config.data : { ...there, ...places },
      ...(pictures && { mixingPictures: config.mixingPictures }),
    },
    data: { ...before.data, title: data.title },
    modules,
    ...(pictures && { mixingPictures }),
  };
}

const withCountsOf = (
  { data: { trainImages, validationImages, sha256 } }: RunRecord,
  expected: RunRecord,
): RunRecord => ({
  ...expected,
  data: { ...expected.data, trainImages, validationImages, sha256 },
});

function requireSamePictures(run: string, { config, mixingPictures }: RunRecord, before: RunRecord): void {
  if (mixingPictures && before.mixingPictures && mixingPictures.sha256 !== before.mixingPictures.sha256)
    throw new UserError(
      `options.resume: the ${mixingPictures.count} mixing pictures in ${config.mixingPictures} are not the ${before.mixingPictures.count} that ${run} was trained with; put those back, choose another folder, or insist with options.changedData`,
    );
}
