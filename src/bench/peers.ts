import { setTimeout } from "node:timers/promises";
import { sizeOf } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import { countFlops } from "../engine/flops.ts";
import { thisMachine, versions } from "../files/internal.ts";
import { matmulPeak } from "./matmul-peak.ts";
import { oracleStepMs } from "./oracle-step.ts";
import { findPyTorch, type MemoryFormat, memoryFormats, pytorchSide } from "./pytorch.ts";
import { compiledSide, type Round, type Side } from "./side.ts";
import { type BenchBackend, type BenchModel, benchModels, benchSteps, trainingStep } from "./steps.ts";

export interface PeersOptions {
  /** Models to measure; all of `benchModels` by default. */
  readonly models?: readonly string[];
  /** Every row is measured with each; all cores by default. */
  readonly threads?: readonly number[];
  readonly backends?: readonly BenchBackend[];
  /** Timed steps of a side in each of the five rounds; 3 by default. */
  readonly steps?: number;
  /** Whether jax-js's own backend is timed too; true by default. */
  readonly oracle?: boolean;
  /** A Python that has PyTorch; searched for by default. */
  readonly python?: string;
  readonly onRound?: (progress: RoundProgress) => void;
  /** Aborting it stops the measurement and the peers' processes. */
  readonly signal?: AbortSignal;
}

/** Images per second of each side in one round. */
export interface RoundProgress {
  readonly model: BenchModel;
  readonly backend: BenchBackend;
  readonly threads: number;
  readonly round: number;
  readonly rounds: number;
  readonly imagesPerSecond: Readonly<Record<SideName, number>>;
}

export type SideName = "compiled" | MemoryFormat;

interface SideResult {
  /** Of the fastest step. */
  readonly imagesPerSecond: number;
  /** Of the fastest step in each round. */
  readonly rounds: readonly number[];
  readonly peakBytes: number;
}

/** A whole training step (forward, backward, SGD with momentum and weight decay) beside its peers. */
export interface PeersRow {
  readonly model: BenchModel;
  readonly backend: BenchBackend;
  readonly batchSize: number;
  readonly threads: number;
  /** Of the fastest of the timed steps, as for every side. */
  readonly imagesPerSecond: number;
  /** Times the images/s of eager PyTorch in the better of its two memory formats. */
  readonly pytorchRatio: number;
  /** Times the images/s of jax-js's own backend; absent where that was not measured. */
  readonly jaxJsRatio?: number;
  /** Operations per second of the step's convolutions and products, over those of one large matrix product. */
  readonly peakShare: number;
  /** Trace, lowering and session creation. */
  readonly compileMs: number;
  /** The most memory held by a process that runs only this step. */
  readonly peakBytes: number;
  /** Operations of one step's convolutions and matrix products. */
  readonly flops: number;
  readonly peakFlopsPerSecond: number;
  readonly rounds: readonly number[];
  readonly pytorch: {
    readonly version: string;
    readonly blas: string;
    readonly formats: Readonly<Record<MemoryFormat, SideResult>>;
  };
  readonly jaxJs?: { readonly batchSize: number; readonly imagesPerSecond: number };
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

const ROUNDS = 5;
/** Threads of the side that has just run spin for a while before they sleep. */
const SETTLE_MS = 100;

/**
 * Measures our step, PyTorch's and a large matrix product in turns, five rounds each, so that all meet the same
 * machine; then jax-js's own backend.
 * @throws UserError for an unknown model, or without PyTorch.
 * @example
 * console.log(peersTable(await benchPeers({ models: ["resnet20"], steps: 3 }))); // needs Python with PyTorch
 */
export async function benchPeers(options: PeersOptions = {}): Promise<PeersRow[]> {
  const { backends = ["default"], threads = [thisMachine().cores], oracle = true, signal } = options;
  const models = (options.models ?? benchModels).map((name) => knownName("model to benchmark", name, benchModels));
  const python = findPyTorch(options.python);
  const rows: PeersRow[] = [];
  for (const model of models) {
    const measured: Measured[] = [];
    for (const backend of backends)
      for (const count of threads) measured.push(await measure(model, backend, count, python, options));
    const jaxJs = oracle ? await jaxJsSpeed(model, signal) : undefined;
    rows.push(...measured.map((sides) => peersRow(sides, jaxJs)));
  }
  return rows;
}

/** All that the rounds of one step gave. */
export interface Measured {
  readonly model: BenchModel;
  readonly backend: BenchBackend;
  readonly threads: number;
  readonly flops: number;
  readonly compileMs: number;
  readonly torch: string;
  readonly blas: string;
  readonly rounds: Readonly<Record<SideName, readonly Round[]>>;
  /** Operations per second of every large matrix product. */
  readonly matmuls: readonly number[];
}

async function measure(
  model: BenchModel,
  backend: BenchBackend,
  threads: number,
  python: string,
  { steps = 3, onRound, signal }: PeersOptions,
): Promise<Measured> {
  const { batchSize } = benchSteps[model];
  const { flops, parameters } = await sizeOfStep(model, batchSize);
  const sides = {} as Record<SideName, Side>;
  const peak = await matmulPeak(threads);
  try {
    // One after the other: each makes its first steps alone.
    sides.compiled = await compiledSide({ model, batchSize, backend, threads }, signal);
    for (const format of memoryFormats)
      sides[format] = await pytorchSide({ python, model, batchSize, parameters, threads, format, signal });
    const rounds: Record<SideName, Round[]> = { compiled: [], nchw: [], "channels-last": [] };
    const matmuls: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      for (const name of Object.keys(rounds) as SideName[]) {
        await setTimeout(SETTLE_MS, undefined, { signal });
        rounds[name].push(await sides[name].round(steps));
      }
      await setTimeout(SETTLE_MS, undefined, { signal });
      for (let i = 0; i < 3; i++) matmuls.push(await peak.flopsPerSecond());
      const latest = (name: SideName) => fastest(rounds[name].slice(-1), batchSize);
      onRound?.({
        ...{ model, backend, threads, round, rounds: ROUNDS },
        imagesPerSecond: {
          compiled: latest("compiled"),
          nchw: latest("nchw"),
          "channels-last": latest("channels-last"),
        },
      });
    }
    const { compileMs = Number.NaN } = sides.compiled.ready;
    const { torch = "unknown", blas = "unknown" } = sides.nchw.ready;
    return { model, backend, threads, flops, compileMs, torch, blas, rounds, matmuls };
  } finally {
    for (const side of Object.values(sides)) side.stop();
    await peak.dispose();
  }
}

/** The row of a measurement; pure. */
export function peersRow(measured: Measured, jaxJs?: PeersRow["jaxJs"]): PeersRow {
  const { model, backend, threads, flops, compileMs, torch, blas, rounds, matmuls } = measured;
  const { batchSize } = benchSteps[model];
  const result = (name: SideName): SideResult => ({
    imagesPerSecond: fastest(rounds[name], batchSize),
    rounds: rounds[name].map((round) => fastest([round], batchSize)),
    peakBytes: Math.max(...rounds[name].map(({ peakBytes }) => peakBytes)),
  });
  const ours = result("compiled");
  const formats = { nchw: result("nchw"), "channels-last": result("channels-last") };
  const peakFlopsPerSecond = Math.max(...matmuls);
  return {
    ...{ model, backend, batchSize, threads },
    imagesPerSecond: ours.imagesPerSecond,
    pytorchRatio: ours.imagesPerSecond / Math.max(...memoryFormats.map((format) => formats[format].imagesPerSecond)),
    ...(jaxJs ? { jaxJsRatio: ours.imagesPerSecond / jaxJs.imagesPerSecond } : {}),
    peakShare: (flops * (ours.imagesPerSecond / batchSize)) / peakFlopsPerSecond,
    compileMs,
    peakBytes: ours.peakBytes,
    ...{ flops, peakFlopsPerSecond },
    rounds: ours.rounds,
    pytorch: { version: torch, blas, formats },
    ...(jaxJs ? { jaxJs } : {}),
    ...thisMachine(),
    versions: versions(),
  };
}

/** Images per second of the fastest step. */
const fastest = (rounds: readonly Round[], batchSize: number): number =>
  (1000 * batchSize) / Math.min(...rounds.flatMap(({ stepMs }) => stepMs));

async function jaxJsSpeed(model: BenchModel, signal?: AbortSignal): Promise<NonNullable<PeersRow["jaxJs"]>> {
  const batchSize = benchSteps[model].oracleBatchSize;
  return { batchSize, imagesPerSecond: (1000 * batchSize) / (await oracleStepMs(model, signal)) };
}

async function sizeOfStep(model: BenchModel, batchSize: number): Promise<{ flops: number; parameters: number }> {
  const { step, start, fed, controls } = trainingStep(model, batchSize);
  return {
    flops: await countFlops(step, [start, fed, controls]),
    parameters: Object.values(start.params).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  };
}
