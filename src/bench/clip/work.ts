import { type Fed, HostArray, type HostArrays, Random } from "../../core/index.ts";
import { createMethod } from "../../methods/index.ts";
import { clipVariants, createDualEncoder, type DualEncoder } from "../../models/index.ts";
import { createOptimizer } from "../../optim/index.ts";
import { isDecayed } from "../../optim/internal.ts";
import type { TrainState } from "../../run/index.ts";
import { contrastive } from "../../tasks/index.ts";
import { dualLossOf, imagePoints, movingParameters, ownParams, trainStep } from "../../train/internal.ts";

/** What `bench clip` measures: the ways that it is done in. */
export const clipWork = {
  /** A contrastive step of the small pair: both towers forward and backward, clipping, AdamW. */
  training: { model: "clip-small", batchSize: 64 },
  /** ViT-B/32's image embeddings, by a compiled program that is given the weights, as `predict` and `evaluate` run it. */
  program: { model: "clip-vit-b-32", batchSize: 32 },
  /** The same by a file that holds the weights, as `export` writes it. */
  file: { model: "clip-vit-b-32", batchSize: 32 },
} as const;

export type ClipWork = keyof typeof clipWork;
/**
 * The names of what `benchClip` measures.
 * @example
 * console.log(clipWorkNames.join(", "));
 */
export const clipWorkNames = Object.keys(clipWork) as ClipWork[];

export const LEARNING_RATE = 1e-3;
export const WEIGHT_DECAY = 0.1;

const random = (...of: (string | number)[]) => new Random("bench clip", ...of);

function encoderOf(work: ClipWork): { readonly encoder: DualEncoder; readonly params: HostArrays } {
  const { model } = clipWork[work];
  const encoder = createDualEncoder(model);
  return { encoder, params: encoder.init(random("weights", model)).params };
}

function noiseImages(work: ClipWork, count: number): HostArray<"float32"> {
  const { imageSize } = clipVariants[clipWork[work].model].size.image;
  const draw = random("images");
  const data = Float32Array.from({ length: count * 3 * imageSize ** 2 }, () => draw.normal());
  return HostArray.float32([count, 3, imageSize, imageSize], data);
}

/** Texts of 3 to T tokens, int32 [N, T]: start, words, end, padding. */
function noiseTexts(count: number): HostArray<"int32"> {
  const { context, vocabulary } = clipVariants[clipWork.training.model].size.text;
  const draw = random("texts");
  const tokens = new Int32Array(count * context);
  for (let n = 0; n < count; n++) {
    const length = 3 + draw.integer(context - 2);
    const words = Array.from({ length: length - 2 }, () => 1 + draw.integer(vocabulary - 3));
    tokens.set([vocabulary - 2, ...words, vocabulary - 1], n * context);
  }
  return new HostArray("int32", [count, context], tokens);
}

export interface ClipTraining {
  /** To trace, on the three below. */
  readonly step: ReturnType<typeof trainStep>;
  readonly start: TrainState;
  readonly fed: Fed;
  readonly controls: HostArrays;
  /** What the other side is given. */
  readonly given: { readonly params: HostArrays; readonly images: HostArray; readonly tokens: HostArray };
  /** Names of the parameters that decay. */
  readonly decayed: readonly string[];
}

/** A training step of the small pair, with weights and a batch of noise to run it on. */
export function clipTraining(count: number): ClipTraining {
  const { encoder, params } = encoderOf("training");
  const method = createMethod({ name: "standard" }, contrastive());
  const optimizer = createOptimizer(
    {
      ...{ name: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      weightDecay: WEIGHT_DECAY,
      decayNormsAndBiases: false,
    },
    encoder,
  );
  const images = noiseImages("training", count);
  const [, channels, height, width] = images.shape;
  const labels = Float32Array.from({ length: count }, (_, row) => row % 10);
  const { rows, shared } = method.prepare(
    { images: images.data, targets: labels },
    { count, channels, height, width, targetSize: 1 },
    random("method"),
    () => ({ clean: new Float32Array(), shown: new Float32Array() }),
  );
  const tokens = noiseTexts(count);
  const fed: Fed = { rows: { ...rows, inputs: { ...rows.inputs, tokens } }, shared };
  const loss = dualLossOf(encoder, method, { syncBatchNorm: false, task: { retrievedWeight: 0 } });
  return {
    step: trainStep(loss, optimizer, { clipNorm: 1, bounds: encoder.bounds }),
    start: { params, state: {}, slots: optimizer.init(movingParameters(params)) },
    fed,
    controls: { learningRate: HostArray.scalar(LEARNING_RATE) },
    given: { params, images, tokens },
    decayed: Object.keys(params).filter((name) => isDecayed(name, params[name].shape, encoder, false)),
  };
}

/** Traced images → points, with weights and images of noise. */
export function clipInference(count: number) {
  const { encoder, params: all } = encoderOf("program");
  const params = ownParams(encoder.image, all);
  const points = imagePoints(encoder, createMethod({ name: "standard" }));
  const images = noiseImages("program", count);
  return { points, params, images, given: { params, images } };
}
