import { availableParallelism } from "node:os";
import { type Batch, HostArray, type HostArrays, knownName, Random } from "../core/index.ts";
import { compile, runReference } from "../engine/index.ts";
import { thisMachine, versions } from "../evaluate/machine.ts";
import { createMethod } from "../methods/index.ts";
import { createModel } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import { type StepResult, type TrainState, trainStep } from "../train/index.ts";

/** Batch sizes per model. jax-js's own backend takes about a second for an image: its batch is as small as it can be. */
const benchmarks = {
  resnet20: { batchSize: 128, referenceBatchSize: 4 },
  resnet18: { batchSize: 64, referenceBatchSize: 1 },
} as const;

export type BenchModel = keyof typeof benchmarks;
export const benchModels = Object.keys(benchmarks) as BenchModel[];

export interface EngineBenchOptions {
  /** Models to measure; all of `benchModels` by default. */
  readonly models?: readonly string[];
  /** Timed steps of the compiled program, of which the fastest counts; 10 by default, after 2 that don't count. */
  readonly steps?: number;
  /** Whether jax-js's own backend is timed too (a minute or two); true by default. */
  readonly reference?: boolean;
  /** Back-ends of the compiled program; the one that `compile` picks by default. */
  readonly backends?: readonly ("portable" | "blocked")[];
  /** ONNX Runtime's threads; all cores by default. */
  readonly threads?: number;
  readonly onRow?: (row: EngineBenchRow) => void;
  /** Aborting it stops before the next step. */
  readonly signal?: AbortSignal;
}

/** One measured training step: forward, backward and SGD update of an anchored model on 32×32 images in 10 classes. */
export interface EngineBenchRow {
  readonly model: BenchModel;
  /** `"default"` is the back-end that `compile` picks on this machine; `"jax-js"` its own WebAssembly one. */
  readonly backend: "default" | "portable" | "blocked" | "jax-js";
  readonly batchSize: number;
  /** Timed steps; the fastest gives the speed. */
  readonly steps: number;
  readonly imagesPerSecond: number;
  readonly medianImagesPerSecond: number;
  /** Trace, lowering and session creation. */
  readonly compileMs?: number;
  /** Times the images/s of jax-js's own backend. */
  readonly timesReference?: number;
  readonly threads: number;
  readonly cores: number;
  readonly cpu: string;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Images per second of compiled training steps, and of the same step by jax-js's own backend, measured first.
 * @throws UserError for an unknown model.
 */
export async function benchEngine(options: EngineBenchOptions = {}): Promise<EngineBenchRow[]> {
  const { models = benchModels, steps = 10, reference = true, backends, threads = availableParallelism() } = options;
  const { onRow, signal } = options;
  const rows: EngineBenchRow[] = [];
  const add = (row: Omit<EngineBenchRow, "cores" | "cpu" | "versions">): EngineBenchRow => {
    rows.push({ ...row, ...thisMachine(), versions: versions() });
    onRow?.(rows.at(-1)!);
    return row as EngineBenchRow;
  };
  for (const model of models.map((name) => knownName("model to benchmark", name, benchModels))) {
    const { batchSize, referenceBatchSize } = benchmarks[model];
    let referenceSpeed: number | undefined;
    if (reference) {
      const timed = await timeReference(model, referenceBatchSize, signal);
      referenceSpeed = add({
        model,
        backend: "jax-js",
        batchSize: referenceBatchSize,
        threads: 1,
        ...timed,
      }).imagesPerSecond;
    }
    for (const backend of backends ?? (["default"] as const)) {
      const timed = await timeProgram(model, { batchSize, steps, threads, backend, signal });
      const timesReference = referenceSpeed && timed.imagesPerSecond / referenceSpeed;
      add({ model, backend, batchSize, threads, timesReference, ...timed });
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
  settings: {
    batchSize: number;
    steps: number;
    threads: number;
    backend: "default" | "portable" | "blocked";
    signal?: AbortSignal;
  },
): Promise<Timed & { compileMs: number }> {
  const { batchSize, steps, threads, backend, signal } = settings;
  const { step, start, fed, learningRate } = trainingStep(model, batchSize);
  const compileStart = performance.now();
  const program = await compile<unknown[], StepResult>(step, [start, fed, learningRate], {
    threads,
    ...(backend === "default" ? {} : { backend }),
  });
  const compileMs = performance.now() - compileStart;
  try {
    const stepMs: number[] = [];
    let state: TrainState = start;
    const warmUp = 2;
    for (let i = 0; i < warmUp + steps; i++) {
      signal?.throwIfAborted();
      const stepStart = performance.now();
      const { params, state: moved, slots } = await program.run([state, fed, learningRate]);
      if (i >= warmUp) stepMs.push(performance.now() - stepStart);
      state = { params, state: moved, slots };
    }
    return { ...speed(stepMs, batchSize), compileMs };
  } finally {
    await program.dispose();
  }
}

/** The second of two runs, so that jax-js has compiled its kernels; its tracing (about 0.1 s) is in the time. */
async function timeReference(model: BenchModel, batchSize: number, signal?: AbortSignal): Promise<Timed> {
  const { step, start, fed, learningRate } = trainingStep(model, batchSize);
  const stepMs: number[] = [];
  for (let run = 0; run < 2; run++) {
    signal?.throwIfAborted();
    const stepStart = performance.now();
    await runReference(step, [start, fed, learningRate]);
    stepMs.push(performance.now() - stepStart);
  }
  return speed(stepMs.slice(1), batchSize);
}

/** An anchored model's training step, with weights and a batch of noise to run it on. */
function trainingStep(name: BenchModel, count: number) {
  const shape = { count, channels: 3, height: 32, width: 32, classes: 10 };
  const method = createMethod({
    name: "anchored",
    maskProbability: 0,
    maskTarget: "label",
    references: "all",
    referenceCount: 1,
  });
  const model = createModel(name, { inputChannels: method.inputChannels(shape.channels), classes: shape.classes });
  const optimizer = createOptimizer({
    name: "sgd",
    momentum: 0.9,
    nesterov: false,
    weightDecay: 5e-4,
    decayNormsAndBiases: true,
  });
  const random = new Random("bench", name);
  const noise = (images: number) =>
    Float32Array.from({ length: images * shape.channels * shape.height * shape.width }, () => random.normal());
  const targets = Float32Array.from({ length: count * shape.classes }, (_, i) =>
    i % shape.classes === Math.floor(i / shape.classes) % shape.classes ? 1 : 0,
  );
  const batch: Batch = { images: noise(count), targets };
  const fed: HostArrays = method.prepare(batch, shape, random, noise);
  const initial = model.init(random);
  const start: TrainState = { ...initial, slots: optimizer.init(initial.params) };
  return { step: trainStep(model, method, optimizer), start, fed, learningRate: HostArray.scalar(0.01) };
}
