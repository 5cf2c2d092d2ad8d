import { availableParallelism } from "node:os";
import { knownName } from "../core/internal.ts";
import { thisMachine, versions } from "../files/internal.ts";
import { compileStep } from "./compiled-step.ts";
import { oracleStepMs } from "./oracle-step.ts";
import { type BenchBackend, type BenchModel, benchModels, benchSteps } from "./steps.ts";

export interface EngineBenchOptions {
  /** Models to measure; all of `benchModels` by default. */
  readonly models?: readonly string[];
  /** Timed steps of the compiled program, of which the fastest counts; 10 by default, after 2 that don't count. */
  readonly steps?: number;
  /** Whether jax-js's own backend is timed too (a minute or two); true by default. */
  readonly oracle?: boolean;
  /** Back-ends of the compiled program; the one that `compile` picks by default. */
  readonly backends?: readonly BenchBackend[];
  /** ONNX Runtime's threads, each number measured; all cores by default. */
  readonly threads?: readonly number[];
  readonly onRow?: (row: EngineBenchRow) => void;
  /** Aborting it stops before the next step. */
  readonly signal?: AbortSignal;
}

/** One measured training step: forward, backward and SGD update of an anchored model on 32×32 images in 10 classes. */
export interface EngineBenchRow {
  readonly model: BenchModel;
  /** `"default"` is the back-end that `compile` picks on this machine; `"jax-js"` its own WebAssembly one. */
  readonly backend: BenchBackend | "jax-js";
  readonly batchSize: number;
  /** Timed steps; the fastest gives the speed. */
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly medianImagesPerSecond: number;
  /** Trace, lowering and session creation. */
  readonly compileMs?: number;
  /** Times the images/s of jax-js's own backend. */
  readonly timesOracle?: number;
  readonly threads: number;
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Images per second of compiled training steps, and of the same step by jax-js's own backend, measured first.
 * @throws UserError for an unknown model.
 * @example
 * console.log(engineTable(await benchEngine({ models: ["resnet20"], steps: 3, oracle: false })));
 */
export async function benchEngine(options: EngineBenchOptions = {}): Promise<EngineBenchRow[]> {
  const { models = benchModels, steps = 10, oracle = true, backends = ["default"] } = options;
  const { threads = [availableParallelism()], onRow, signal } = options;
  const rows: EngineBenchRow[] = [];
  const add = (row: Omit<EngineBenchRow, "cores" | "cpu" | "versions">): EngineBenchRow => {
    rows.push({ ...row, ...thisMachine(), versions: versions() });
    onRow?.(rows.at(-1)!);
    return row as EngineBenchRow;
  };
  for (const model of models.map((name) => knownName("model to benchmark", name, benchModels))) {
    const { batchSize, oracleBatchSize } = benchSteps[model];
    let oracleSpeed: number | undefined;
    if (oracle) {
      const timed = speed([await oracleStepMs(model, signal)], oracleBatchSize);
      add({ model, backend: "jax-js", batchSize: oracleBatchSize, threads: 1, ...timed });
      oracleSpeed = timed.imagesPerSecond;
    }
    for (const backend of backends)
      for (const count of threads) {
        const timed = await timeProgram(model, { batchSize, steps, threads: count, backend, signal });
        const timesOracle = oracleSpeed && timed.imagesPerSecond / oracleSpeed;
        add({ model, backend, batchSize, threads: count, timesOracle, ...timed });
      }
  }
  return rows;
}

interface Timed {
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly medianImagesPerSecond: number;
}

function speed(stepMs: readonly number[], batchSize: number): Timed {
  const sorted = stepMs.toSorted((a, b) => a - b);
  return {
    steps: sorted.length,
    imagesPerSecond: (1000 * batchSize) / sorted[0],
    medianImagesPerSecond: (1000 * batchSize) / sorted[Math.floor(sorted.length / 2)],
  };
}

async function timeProgram(
  model: BenchModel,
  settings: { batchSize: number; steps: number; threads: number; backend: BenchBackend; signal?: AbortSignal },
): Promise<Timed & { compileMs: number }> {
  const { batchSize, steps, threads, backend, signal } = settings;
  const compiled = await compileStep({ model, batchSize, backend, threads });
  try {
    const stepMs: number[] = [];
    for (let i = 0; i < steps; i++) {
      signal?.throwIfAborted();
      stepMs.push(await compiled.stepMs());
    }
    return { ...speed(stepMs, batchSize), compileMs: compiled.compileMs };
  } finally {
    await compiled.dispose();
  }
}
