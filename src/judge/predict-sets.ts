import { type DataSet, type ImageSet, imageCount, reporter, type StoredPredictions } from "../core/index.ts";
import type { ForeignGroup } from "../evaluate/index.ts";
import { alone, loadRunData, ofFirst } from "../train/index.ts";
import { atLength, inShares, requireSame, type Share } from "../train/internal.ts";
import { dataSetLoader, foreignTo } from "./image-sets.ts";
import { fingerprintOf, type OpenRun, type PredictionRequest, unfinished } from "./open-run.ts";
import type { InferenceOptions, JudgeOptions } from "./options.ts";
import { predictAs } from "./predict-as.ts";
import { groupsOf, type RoledSet, setsOf } from "./sets-of-run.ts";

/** A run whose sets are predicted, and what they were predicted from. */
export interface PredictedRun extends Pick<DataSet, "train" | "test" | "shifts"> {
  readonly run: OpenRun;
  /** What results must say of the data. */
  readonly notice?: string;
  /** Of foreign sets, by name. */
  readonly groups: ReadonlyMap<string, ForeignGroup>;
  readonly sets: readonly RoledSet[];
}

/** Predicts and stores what the runs lack of the suites' sets, but for corrupted ones: of a group each set on one rank. */
export async function predictSets(
  runs: readonly OpenRun[],
  inference: InferenceOptions,
  options: JudgeOptions,
): Promise<PredictedRun[]> {
  const { group = alone, signal, onNotice } = options;
  const features = options.features ?? options.oodScores !== undefined;
  const load = dataSetLoader(options);
  const predicted: PredictedRun[] = [];
  for (const run of runs) {
    const { config, data, zeroShot } = run.record;
    const { step } = run.checkpoint.progress;
    const note = unfinished(run.run, { config, examples: data.trainImages, step, zeroShot }, "judged");
    if (note) onNotice?.(note);
    const opened = await atLength(group, () => open(run, load, { ...options, features }), signal);
    predicted.push(opened);
    const wanted = opened.sets.map(
      ({ role, set }): PredictionRequest => ({
        ...{ set: set.name, role, fingerprint: fingerprintOf(set), inference, features },
      }),
    );
    await requireSame(group, {
      checkpoint: run.checkpointSha256,
      images: wanted.map(({ set, fingerprint }) => `${set} ${fingerprint}`),
    });
    const missing = await ofFirst(group, () => {
      run.chooseOnlyBy(opened.sets.find(({ role }) => role === "ood-validation")?.set.name);
      return [...wanted.keys()].filter((i) => !run.has(wanted[i]));
    });
    const label = runs.length > 1 ? `${run.run}: ` : "";
    const shareOf = ({ set }: RoledSet): Share<StoredPredictions> => ({
      cost: imageCount(set),
      make: (signal) => predictOne(run, set, opened.train, { inference, features, label }, { ...options, signal }),
    });
    await inShares(
      group,
      missing.map((i) => shareOf(opened.sets[i])),
      { signal, keep: (i, predictions) => run.save(wanted[missing[i]], predictions) },
    );
  }
  return predicted;
}

async function open(
  run: OpenRun,
  load: ReturnType<typeof dataSetLoader>,
  options: JudgeOptions,
): Promise<PredictedRun> {
  const { dataSet, notice } = await loadRunData(run.run, run.record, load, options);
  const { train, test, shifts, heldOut } = dataSet;
  const sets = await setsOf(run, dataSet, load, options);
  const groups = groupsOf(sets, foreignTo(run.record.data.name, heldOut !== undefined));
  return { run, train, test, shifts, notice, groups, sets };
}

interface Asked {
  readonly inference: InferenceOptions;
  readonly features: boolean;
  /** What stands before progress. */
  readonly label: string;
}

async function predictOne(
  run: OpenRun,
  set: ImageSet,
  train: ImageSet,
  { inference, features, label }: Asked,
  listener: Pick<JudgeOptions, "signal" | "onProgress">,
): Promise<StoredPredictions> {
  const onProgress = reporter(listener, `${label}predicting ${set.name}`, "images");
  const predictions = await predictAs(await run.predictor(), set, inference, { train, features, onProgress });
  listener.onProgress?.(undefined);
  return predictions;
}
