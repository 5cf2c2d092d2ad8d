import { type Batch, type Fed, HostArray, type HostArrays, Random } from "../core/index.ts";
import { createMethod } from "../methods/index.ts";
import { createModel, type ModelName } from "../models/index.ts";
import { createOptimizer } from "../optim/index.ts";
import type { TrainState } from "../run/index.ts";
import { lossOf, movingParameters, type StepperParts, trainStep } from "../train/internal.ts";

export interface BenchStep {
  readonly batchSize: number;
  /** jax-js's own backend takes seconds for an image: its batch is as small as it can be. */
  readonly oracleBatchSize: number;
}

/** What `bench engine` measures. A line here needs its twin in `MODELS` of `peers/pytorch_networks.py`. */
export const benchSteps = {
  resnet20: { batchSize: 128, oracleBatchSize: 4 },
  resnet18: { batchSize: 64, oracleBatchSize: 1 },
  airbench94: { batchSize: 128, oracleBatchSize: 1 },
  "wideresnet16-4": { batchSize: 64, oracleBatchSize: 1 },
  "vit-tiny-patch4-depth6": { batchSize: 64, oracleBatchSize: 1 },
} as const satisfies Partial<Record<ModelName, BenchStep>>;

export type BenchModel = keyof typeof benchSteps;
/**
 * The models whose training step is measured.
 * @example
 * console.log(benchModels.join(", "));
 */
export const benchModels = Object.keys(benchSteps) as BenchModel[];

/** What the network sees of a 3-channel image: the reference and the residual. */
export const INPUT_CHANNELS = 6;

/** A back-end of the compiled program; `"default"` is the one that `compile` picks on this machine. */
export type BenchBackend = "default" | "portable" | "blocked";

/** `compile`'s options for a back-end of the bench. */
export const compileOptions = (backend: BenchBackend, threads: number) => ({
  threads,
  ...(backend === "default" ? {} : { backend }),
});

export interface TrainingStep {
  /** To trace, on the three arguments below. */
  readonly step: ReturnType<typeof trainStep>;
  /** What the step is made of. */
  readonly parts: StepperParts;
  readonly start: TrainState;
  readonly fed: Fed;
  readonly controls: HostArrays;
}

/** An anchored model's training step, with weights and a batch of noise to run it on. */
export function trainingStep(name: BenchModel, count: number): TrainingStep {
  const shape = { count, channels: INPUT_CHANNELS / 2, height: 32, width: 32, targetSize: 10 };
  const method = createMethod({
    name: "anchored",
    maskProbability: 0,
    maskTarget: "label",
    references: "all",
    referenceCount: 1,
  });
  const model = createModel(name, { inputChannels: method.inputChannels(shape.channels), classes: shape.targetSize });
  const sgd = { name: "sgd", momentum: 0.9, nesterov: false, weightDecay: 5e-4, decayNormsAndBiases: true } as const;
  const optimizer = createOptimizer(sgd, model);
  const random = new Random("bench", name);
  const noise = (images: number) =>
    Float32Array.from({ length: images * shape.channels * shape.height * shape.width }, () => random.normal());
  const labels = Float32Array.from({ length: count }, (_, row) => row % shape.targetSize);
  const targets = new Float32Array(count * shape.targetSize);
  for (const [row, label] of labels.entries()) targets[row * shape.targetSize + label] = 1;
  const batch: Batch = { images: noise(count), targets, truth: HostArray.float32([count], labels) };
  const fed: Fed = method.prepare(batch, shape, random, (images) => {
    const references = noise(images);
    return { clean: references, shown: references };
  });
  const initial = model.init(random);
  const { frozen } = model;
  const start: TrainState = { ...initial, slots: optimizer.init(movingParameters(initial.params, frozen)) };
  return {
    step: trainStep(lossOf(model, method), optimizer, { frozen }),
    parts: { network: model, lossOf: lossOf(model, method), optimizer, meetsRanks: false },
    start,
    fed,
    controls: { learningRate: HostArray.scalar(0.01) },
  };
}
