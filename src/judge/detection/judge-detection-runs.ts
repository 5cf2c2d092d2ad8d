import { availableParallelism } from "node:os";
import { type DataSet, type ImageSet, imageCount, type Listener, reporter } from "../../core/index.ts";
import type { Device } from "../../engine/index.ts";
import { type DetectionResults, judgeBoxes, type StoredDetectionSet, type Weights } from "../../evaluate/index.ts";
import { runPaths } from "../../files/index.ts";
import { fingerprintOf, holdLock, sha256 } from "../../files/internal.ts";
import { loadDetections } from "../../run/index.ts";
import {
  dropDetections,
  resultsHeading,
  runFacts,
  saveBoxGallery,
  saveDetections,
  storedDetectionSets,
  versioned,
  writeResults,
} from "../../run/internal.ts";
import { alone, type Detector, type Group, ofFirst } from "../../train/index.ts";
import {
  boxesSha256,
  detectorOf,
  type LoadedDetector,
  loadDetectionRunData,
  loadDetectorRun,
} from "../../train/internal.ts";
import { unfinished } from "../open-run.ts";
import type { CorruptionOptions, Suite } from "../options.ts";
import { prepareResultFolder, resultFolders } from "../result-folders.ts";
import { judgeCorruptedBoxes } from "./judge-corruptions.ts";

export interface JudgeDetectionRunsOptions extends Listener, CorruptionOptions {
  /** What is judged: `clean`, the test set and those under shift, is always; `corruptions` of the test set where it is named. */
  readonly suites?: readonly Suite[];
  /** Where predictions and results go, of several runs into a folder each; into the run where absent. */
  readonly out?: string;
  /** References behind each answer of runs that have them; all that a run keeps where absent. */
  readonly k?: number;
  /** Predict again what is stored already. */
  readonly fresh?: boolean;
  readonly weights?: Weights;
  readonly device?: Device;
  /** Of the predictions; one a core where absent. */
  readonly threads?: number;
  readonly dataDir?: string;
  /** Where a run's folder of images lies now, if it moved. */
  readonly folder?: string;
  /** Take training data that are not those of the training, with a notice; they are refused where absent. */
  readonly changedData?: boolean;
  /** Draws of the intervals over images; 300 where absent. */
  readonly resamples?: number;
  /** Ranks that get the results; the first of them judges. */
  readonly group?: Group;
}

/** Score from which on detections of a class that none of is right are shown. */
const LEAST_SHOWN = 0.3;

/**
 * Finds objects on the test and shift sets of each run, what this checkpoint has predicted before excepted; then computes every
 * measure from what is stored, and writes `results.json` into the folder.
 * @throws UserError for a folder that holds no detector, a damaged checkpoint, and data that are gone or not those of the training;
 * what the signal was aborted with
 * @example const [{ figures, shifts }] = await judgeDetectionRuns(["runs/scenes"]);
 */
export const judgeDetectionRuns = (
  runs: readonly string[],
  options: JudgeDetectionRunsOptions = {},
): Promise<DetectionResults[]> =>
  ofFirst(options.group ?? alone, async () => {
    const results: DetectionResults[] = [];
    for (const [i, folder] of resultFolders(runs, options.out).entries())
      results.push(await judgeRun(runs[i], folder, runs.length > 1 ? `${runs[i]}: ` : "", options));
    return results;
  });

async function judgeRun(
  run: string,
  folder: string,
  label: string,
  options: JudgeDetectionRunsOptions,
): Promise<DetectionResults> {
  const { weights, resamples, dataDir, folder: moved, changedData, onProgress, onNotice } = options;
  const loaded = loadDetectorRun(run, { weights });
  const { record, step } = loaded;
  const places = { dataDir, folder: moved, changedData, onProgress, onNotice };
  const { dataSet, notice } = await loadDetectionRunData(run, record, places).finally(() => onProgress?.(undefined));
  prepareResultFolder(run, folder);
  const lock = await holdLock(runPaths(folder).judging, `judging ${folder}`);
  const { device, threads = availableParallelism() } = options;
  let opened: Detector | undefined;
  const detector = () => {
    opened ??= detectorOf(loaded, { device, threads });
    return opened;
  };
  const checkpoint = `${loaded.sha256}${weights ? ` ${weights}` : ""}`;
  try {
    await predictAll(folder, { loaded, checkpoint, detector }, dataSet, label, options);
    const corruptions = options.suites?.includes("corruptions")
      ? await judgeCorruptedBoxes(folder, dataSet.test, checkpoint, detector, options)
      : undefined;
    onProgress?.(undefined);
    const judged = (set: ImageSet) => {
      const { objects, detections } = loadDetections(folder, set.name);
      return judgeBoxes(objects, detections, { resamples });
    };
    const soFar = { config: record.config, examples: record.data.trainImages, step };
    const { notices: ofBoxes = [], ...test } = judged(dataSet.test);
    const least = test.classes.map(({ lrp }) => lrp?.threshold ?? LEAST_SHOWN);
    await saveBoxGallery(folder, dataSet.test, loadDetections(folder, dataSet.test.name), least);
    const notices = [unfinished(run, soFar, "judged"), notice, ...ofBoxes].filter((line) => line !== undefined);
    for (const line of notices) onNotice?.(line.startsWith(run) ? line : `${run}: ${line}`);
    const { settings, ...facts } = runFacts(run);
    const results: DetectionResults = {
      ...versioned("detection"),
      ...resultsHeading(run),
      ...facts,
      parameters: Object.values(loaded.variables.params).reduce((sum, { data }) => sum + data.length, 0),
      command: `anchored train --config ${run}/config.json`,
      settings: { ...settings, ...(weights && { weights }) },
      ...(notices.length > 0 && { notices }),
      set: dataSet.test.name,
      ...test,
      ...(corruptions && { corruptions }),
      shifts: dataSet.shifts.map((set) => ({ set: set.name, ...judged(set) })),
    };
    writeResults(folder, results);
    return results;
  } finally {
    onProgress?.(undefined);
    await opened?.dispose();
    await lock.release();
  }
}

interface Asking {
  readonly loaded: LoadedDetector;
  /** Which weights are asked. */
  readonly checkpoint: string;
  readonly detector: () => Detector;
}

async function predictAll(
  folder: string,
  { loaded, checkpoint: checkpointSha256, detector }: Asking,
  { test, shifts }: DataSet,
  label: string,
  options: JudgeDetectionRunsOptions,
): Promise<void> {
  const { k = loaded.references?.shape[0], fresh, signal } = options;
  const wanted = [test, ...shifts].map((set) => ({
    set,
    context: {
      role: set === test ? ("test" as const) : ("shift" as const),
      ...(k !== undefined && { k }),
      checkpointSha256,
      inputKey: sha256(JSON.stringify([fingerprintOf(set), boxesSha256(set.boxes!)])),
    },
  }));
  const isWanted = (entry: StoredDetectionSet) =>
    wanted.some(
      ({ set, context }) =>
        set.name === entry.set &&
        (["k", "checkpointSha256", "inputKey"] as const).every((field) => entry[field] === context[field]),
    );
  // What another checkpoint, other references or other data gave is of no use any more.
  dropDetections(folder, (entry) => !fresh && isWanted(entry));
  const stored = storedDetectionSets(folder);
  for (const { set, context } of wanted) {
    if (stored.some((entry) => entry.set === set.name)) continue;
    const onProgress = reporter({ ...options, signal }, `${label}predicting ${set.name}`, "images");
    onProgress({ done: 0, total: imageCount(set) });
    saveDetections(folder, set, await detector().detect(set, { k, onProgress }), context);
    signal?.throwIfAborted();
  }
}
