import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DataSet, HostArray, type HostArrays, type Listener, toJson, UserError } from "../core/index.ts";
import type { DataOptions } from "../data/index.ts";
import { loadReported } from "../data/internal.ts";
import { runPaths } from "../files/index.ts";
import { whileHeld } from "../files/internal.ts";
import type { Variables } from "../models/index.ts";
import { type RunRecord, readRun } from "../run/index.ts";
import { firstDifference } from "../run/internal.ts";
import type { Scores } from "../tasks/index.ts";
import { buildNetwork } from "./network.ts";
import { type LoadedRun, loadPredictor, loadRun } from "./predict.ts";
import { loadRunData, type RunDataOptions } from "./run-data.ts";
import { writeMadeRun } from "./stored-record.ts";

export interface InterpolateOptions {
  /** A folder for the new run folders `at-0`, `at-0.1`, …. */
  readonly out: string;
  /** α's: 0 is the first run, 1 the second; default 0, 0.1, … 1. */
  readonly at?: readonly number[];
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** A point of the line between two runs. */
export interface Interpolated extends Scores {
  /** α */
  readonly at: number;
  /** Its run folder. */
  readonly run: string;
}

export interface InterpolatedRuns {
  readonly points: readonly Interpolated[];
  /** The one that validation chooses: the highest accuracy, of equal ones the lowest loss. */
  readonly chosen: Interpolated;
}

/** With places of the data in place of the data. */
export interface InterpolateRunOptions extends InterpolateOptions, RunDataOptions {
  readonly onNotice?: (line: string) => void;
  /** Of reading the images. */
  readonly onReading?: Listener["onProgress"];
}

const usual: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10);

/**
 * Networks on the straight line between two of the same shape, θ = (1 − α) θ₀ + α θ₁ of every parameter and running statistic
 * (WiSE-FT, Wortsman et al., CVPR 2022, section 3: a network before and after fine-tuning), each a run folder of its own.
 * References, augmentation and all else are the second run's. Those that predict are mixed: the moving average, where a run keeps
 * one. The validation images of the second run choose α. Points that are there already are kept.
 * @throws UserError where the networks, their classes or what images are normalised by differ, an α is no number, the data are not
 *   those of the training, or there are no validation images
 * @example
 * const { chosen } = await interpolateRuns("runs/before", "runs/tuned", dataSet, { out: "runs/between", at: [0, 0.5, 1] });
 */
export async function interpolateRuns(
  from: string,
  to: string,
  { validation }: Pick<DataSet, "validation">,
  { out, at = usual, onProgress, signal }: InterpolateOptions,
): Promise<InterpolatedRuns> {
  const wrong = at.find((alpha) => !Number.isFinite(alpha));
  if (at.length === 0 || wrong !== undefined)
    throw new UserError(
      `options.at ${wrong ?? "[]"}: numbers between the two runs, 0 the first and 1 the second, e.g. 0.5`,
    );
  if (validation.labels.length === 0)
    throw new UserError(`${to} has no validation images, and nothing else may choose; train with some set aside`);
  const ends = [loadRun(from), loadRun(to)] as const;
  requireSameNetwork([from, to], ends);
  const { method } = buildNetwork(ends[1].record);
  const points: Interpolated[] = [];
  for (const [i, alpha] of at.entries()) {
    signal?.throwIfAborted();
    const run = join(out, `at-${alpha}`);
    await whileHeld(runPaths(run).training, `writing ${run}`, async () => writePoint([from, to], ends, alpha, run));
    const predictor = await loadPredictor(run);
    const scores = method.task.score(await predictor.predict(validation)) as Scores;
    await predictor.dispose();
    points.push({ at: alpha, run, ...scores });
    onProgress?.({ done: i + 1, total: at.length });
  }
  const better = (a: Interpolated, b: Interpolated) => {
    const [x, y] = [a, b].map(({ validationAccuracy = 0 }) => validationAccuracy);
    return x > y || (x === y && a.validationLoss < b.validationLoss) ? a : b;
  };
  return { points, chosen: points.reduce((best, point) => better(point, best)) };
}

/**
 * As `interpolateRuns`, on the second run's own data, which is loaded.
 * @throws UserError as `interpolateRuns` and `loadRunData` do
 * @example
 * const { points } = await interpolateRunsOf("runs/before", "runs/tuned", { out: "runs/between" });
 */
export async function interpolateRunsOf(
  from: string,
  to: string,
  { dataDir, folder, humanLabels, changedData, onNotice, onReading, ...options }: InterpolateRunOptions,
): Promise<InterpolatedRuns> {
  const load = (asked: DataOptions) => loadReported(asked, { onNotice, onProgress: onReading });
  const { dataSet, notice } = await loadRunData(to, readRun(to), load, { dataDir, folder, humanLabels, changedData });
  if (notice) onNotice?.(notice);
  return interpolateRuns(from, to, dataSet, options);
}

/** @throws UserError naming the first thing in which two runs differ that a mixture of their weights cannot */
function requireSameNetwork([from, to]: readonly [string, string], [a, b]: readonly [LoadedRun, LoadedRun]): void {
  const facts = ({ record, variables }: LoadedRun) => ({
    classes: record.data.classNames,
    normalization: record.data.normalization,
    shapes: Object.fromEntries(
      Object.entries({ ...variables.params, ...variables.state }).map(([name, { shape }]) => [name, `[${shape}]`]),
    ),
  });
  const difference = firstDifference(facts(a), facts(b));
  if (difference)
    throw new UserError(
      `${from} and ${to}: ${difference.path} is ${toJson(difference.a ?? null)} in the first and ${toJson(difference.b ?? null)} in the second; only weights of one network can be mixed, as those before and after \`train --init\``,
    );
}

function writePoint(
  [from, to]: readonly [string, string],
  [a, b]: readonly [LoadedRun, LoadedRun],
  at: number,
  run: string,
): void {
  const { recalibrated: _r, sampled: _s, zeroShot: _z, ...record } = b.record;
  const own: RunRecord = { ...record, interpolated: { from, to, at } };
  if (existsSync(runPaths(run).checkpoint)) {
    const difference = firstDifference(readRun(run).interpolated, own.interpolated);
    if (difference) throw new UserError(`options.out ${run}: it holds another run; choose another folder`);
  }
  writeMadeRun(run, to, own, {
    ...between(a.variables, b.variables, at),
    slots: {},
    references: b.references,
    progress: { step: b.step, epochLossSum: 0, epochSums: {}, seconds: 0 },
  });
}

const between = (a: Variables, b: Variables, at: number): Variables => ({
  params: mixed(a.params, b.params, at),
  state: mixed(a.state, b.state, at),
});

/** The ends are those of the runs, bit for bit. */
const mixed = (from: HostArrays, to: HostArrays, at: number): HostArrays =>
  Object.fromEntries(
    Object.entries(to).map(([name, { shape, data }]) => {
      const start = from[name].data as Float32Array;
      const value = (data as Float32Array).map((end, i) => (at === 1 ? end : (1 - at) * start[i] + at * end));
      return [name, HostArray.float32(shape, value)];
    }),
  );
