import { existsSync } from "node:fs";
import { type DataSet, type HostArray, type HostArrays, type ImageSet, UserError } from "../core/index.ts";
import type { Pictures } from "../data/index.ts";
import { runPaths } from "../files/index.ts";
import { fingerprintOf, whileHeld } from "../files/internal.ts";
import { anchoredOptions, createMethod } from "../methods/index.ts";
import type { Variables } from "../models/index.ts";
import type { RunConfig } from "../run/index.ts";
import { type Checkpoint, loadCheckpoint, type RunRecord, readRun } from "../run/index.ts";
import { checkVariables } from "../run/internal.ts";
import { batchStatistics } from "./batch-statistics.ts";
import { trainBatches } from "./batches.ts";
import { createForward } from "./forward.ts";
import { mixingPicturesOf } from "./mixing-pictures.ts";
import { buildNetwork } from "./network.ts";
import { outputAnchorOf } from "./predict-set.ts";
import { noReferences, type ReferenceSet, referenceSet } from "./reference-set.ts";
import { checkTrainingData } from "./run-data.ts";
import { type Drift, statisticsDrift } from "./statistics-drift.ts";
import { writeMadeRun } from "./stored-record.ts";

export interface RecalibrateOptions {
  /** A new run folder for the same weights with the new statistics. */
  readonly out: string;
  /** Training batches that the statistics are taken over; default 150. */
  readonly batches?: number;
  /** Whether to measure the statistics of masked batches, too, for `masked` of the result. Default not. */
  readonly measureMasked?: boolean;
  /** The training images of the run that this one started from, where references are drawn from them. */
  readonly pretrainingImages?: ImageSet;
  /** Take training data that are not those of the training, with a notice. Default not. */
  readonly changedData?: boolean;
  readonly onNotice?: (line: string) => void;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

export interface Recalibrated {
  readonly out: string;
  readonly batches: number;
  /** How far the running statistics that the run kept lay from the new ones, layer by layer. */
  readonly before: readonly Drift[];
  /** How far those of masked batches lie from them, where they were measured. */
  readonly masked?: readonly Drift[];
}

/**
 * Takes BatchNorm's running statistics anew, with the same weights: the mean over training batches, augmented as in training,
 * whose references are shown. It mends runs whose masked batches moved the statistics (`maskStatistics: "all"`), and weights that
 * were averaged or interpolated. The moving average of the weights, where a run keeps one, gets its own. The run itself stays.
 * @throws UserError where the network has no BatchNorm, `out` holds something, the data are not those of the training, or
 * there is no checkpoint.
 * @example
 * const { before } = await recalibrate("runs/masked", dataSet, { out: "runs/masked-anew", batches: 150 });
 */
export async function recalibrate(run: string, dataSet: DataSet, options: RecalibrateOptions): Promise<Recalibrated> {
  const record = readRun(run);
  const checkpoint = loadCheckpoint(runPaths(run).checkpoint);
  if (Object.keys(checkpoint.state).length === 0)
    throw new UserError(`${run}: ${record.config.model} has no BatchNorm, and so no running statistics to take anew`);
  return writeWithStatistics({ run, record, checkpoint }, dataSet, options);
}

/** What becomes a run folder of its own: a run's record and checkpoint, as they are or changed. */
export interface Recalibrable {
  readonly run: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
}

/** As `recalibrate`, of these weights; those of a network without BatchNorm as they are. */
export async function writeWithStatistics(
  source: Recalibrable,
  dataSet: DataSet,
  options: RecalibrateOptions,
): Promise<Recalibrated> {
  const { out } = options;
  return whileHeld(runPaths(out).training, `writing ${out}`, () => writeInto(source, dataSet, options));
}

async function writeInto(
  { run, record, checkpoint }: Recalibrable,
  dataSet: DataSet,
  { out, batches = 150, measureMasked = false, pretrainingImages, changedData, ...options }: RecalibrateOptions,
): Promise<Recalibrated> {
  const { config } = record;
  const { onNotice, onProgress, signal } = options;
  if (existsSync(runPaths(out).checkpoint))
    throw new UserError(`options.out ${out}: it holds a run already; choose another`);
  const notice = checkTrainingData(run, record, dataSet, { changedData });
  if (notice) onNotice?.(notice);
  const network = buildNetwork(record);
  checkVariables(runPaths(run).checkpoint, checkpoint, network.model);
  if (measureMasked && !anchoredOptions(config.method))
    throw new UserError(
      `options.measureMasked: ${run} was trained by ${config.method.name}, which masks nothing; leave it out`,
    );

  const references = referenceSet(config, dataSet, {
    pretraining: record.pretraining,
    pretrainingImages,
    changedData,
    onNotice,
  });
  const pictures = await mixingPicturesOf(config, dataSet.train);
  const fed = { references, pictures, batches, normalization: record.data.normalization };
  const total = batches * (1 + Number(checkpoint.average !== undefined) + Number(measureMasked));
  let done = 0;
  const anew = async (variables: Variables, maskProbability: number): Promise<HostArrays> => {
    if (Object.keys(variables.state).length === 0) return {};
    const statistics = batchStatistics(network, variables, config);
    const shown = trainingTuples(withMasking(config, maskProbability), dataSet, fed);
    async function* watched() {
      for await (const batch of shown) {
        signal?.throwIfAborted();
        yield batch;
        onProgress?.({ done: ++done, total });
      }
    }
    try {
      return await statistics.mean(watched());
    } finally {
      await statistics.dispose();
    }
  };

  const raw = { params: checkpoint.params, state: await anew(checkpoint, 0) };
  const average = checkpoint.average && {
    params: checkpoint.average.params,
    state: await anew(checkpoint.average, 0),
  };
  const masked = measureMasked ? await anew(checkpoint, 1) : undefined;
  const outputAnchor =
    checkpoint.outputAnchor &&
    (await anchorBy(record, network, { variables: average ?? raw, references: checkpoint.references, dataSet }));
  const recalibrated = { from: run, batches, ...(notice && { otherData: fingerprintOf(dataSet.train) }) };
  writeMadeRun(out, run, { ...record, recalibrated }, { ...checkpoint, ...raw, average, outputAnchor });
  return {
    out,
    batches,
    before: statisticsDrift(raw.state, checkpoint.state),
    ...(masked && { masked: statisticsDrift(raw.state, masked) }),
  };
}

/** What a method feeds of the first training batches, without targets; nothing is dropped. */
async function* trainingTuples(
  config: RunConfig,
  dataSet: DataSet,
  {
    references,
    pictures,
    batches,
    normalization,
  }: {
    readonly references: ReferenceSet | undefined;
    readonly pictures: Pictures | undefined;
    readonly batches: number;
    readonly normalization: DataSet["normalization"];
  },
): AsyncGenerator<HostArrays> {
  const source = trainBatches(
    config,
    { ...dataSet, normalization },
    {
      method: createMethod(config.method),
      network: {},
      drawReferencesAt: () => references?.drawAt(1) ?? noReferences,
      mixingSet: pictures?.images,
    },
  );
  try {
    for (let step = 0; step < batches; step++) {
      const { microBatches } = await source.at(step);
      const { rows, shared } = microBatches[0];
      const { warmStart: _, ...ofMethod } = shared;
      yield { ...rows.inputs, ...ofMethod };
    }
  } finally {
    await source.close();
  }
}

/** What outputs are read relative to (OAT), by the new statistics. */
async function anchorBy(
  record: RunRecord,
  network: ReturnType<typeof buildNetwork>,
  {
    variables,
    references,
    dataSet,
  }: { readonly variables: Variables; readonly references?: HostArray; readonly dataSet: DataSet },
): Promise<HostArray | undefined> {
  const forward = createForward(record, network);
  try {
    return await outputAnchorOf({ forward, record, method: network.method, variables, references }, dataSet.validation);
  } finally {
    await forward.dispose();
  }
}

/** The run's config with so much masking from its first step on, and whole batches. */
function withMasking(config: RunConfig, maskProbability: number): RunConfig {
  const whole = { ...config, accumulate: 1 };
  const anchored = anchoredOptions(config.method);
  if (!anchored) return whole;
  const shown = { corruptReferencesEvery: 0, maskFrom: 0, maskTo: 0, maskBy: "batch", maskDraws: 1 } as const;
  return { ...whole, method: { ...anchored, ...shown, maskProbability } };
}
