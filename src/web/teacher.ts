import { crop } from "../augment/crop.ts";
import { flip } from "../augment/flip.ts";
import { HostArray } from "../core/host-array.ts";
import type { Image } from "../core/image-set.ts";
import { largestClass } from "../core/predictions.ts";
import { Random } from "../core/random.ts";
import type { WebRuntime } from "../engine/runtime/web.ts";
import { combineReferences } from "../tasks/classification/combine.ts";
import type { Taught, TeachingProgress } from "./calls.ts";
import { Classifier } from "./classifier.ts";
import type { Network } from "./network.ts";

/** Each picture as it is, and so many times moved and mirrored. */
const VARIANTS = 7;
const PROGRESS_EVERY = 4;

/**
 * Trains the network's classifier anew with one class more, by the compiled step, on frozen features: of the new
 * pictures, under every reference, and of training images of the known classes, lest these be forgotten.
 */
export async function teach(
  runtime: WebRuntime,
  network: Network,
  step: Uint8Array,
  pictures: readonly Image[],
  onProgress: (progress: Omit<TeachingProgress, "model">) => void,
): Promise<Taught> {
  network.taught = undefined;
  const shown = await featuresOf(network, pictures);
  const classifier = await train(runtime, network, step, shown, onProgress);
  network.taught = classifier;
  const recognised = await Promise.all(
    pictures.map(async (picture) => {
      const { logits } = await network.run(picture);
      const { references } = network.entry;
      const each = Array.from({ length: references }, (_, r) =>
        logits.subarray(r * classifier.classes, (r + 1) * classifier.classes),
      );
      return largestClass(combineReferences(each).logits, 0, classifier.classes) === classifier.classes - 1;
    }),
  );
  return {
    before: validationAccuracy(network, network.classifier),
    after: validationAccuracy(network, classifier),
    recognised: recognised.filter(Boolean).length,
  };
}

/** Rows [F] of the pictures and their variants, under every reference. */
async function featuresOf(network: Network, pictures: readonly Image[]): Promise<Float32Array[]> {
  const { manifest, entry } = network;
  const { features: size } = entry.teaching;
  const pad = Math.max(1, Math.round(Math.min(manifest.shape.height, manifest.shape.width) / 8));
  const [move, mirror] = [crop({ pad, fill: manifest.teaching.fill }), flip()];
  const rows: Float32Array[] = [];
  for (const [i, picture] of pictures.entries())
    for (let variant = 0; variant <= VARIANTS; variant++) {
      const random = new Random("teach", "picture", i, variant);
      const image = variant === 0 ? picture : mirror.apply(move.apply(picture, random), random);
      const { features } = await network.run(image);
      for (let r = 0; r < entry.references; r++) rows.push(features.slice(r * size, (r + 1) * size));
    }
  return rows;
}

async function train(
  runtime: WebRuntime,
  network: Network,
  step: Uint8Array,
  shown: readonly Float32Array[],
  onProgress: (progress: Omit<TeachingProgress, "model">) => void,
): Promise<Classifier> {
  const { features, inputs, outputs, trainLabels } = network.entry.teaching;
  const { batchSize, newInBatch, steps, rate } = network.manifest.teaching;
  const start = network.classifier.widened();
  const { classes } = start;
  const zeros = (list: typeof inputs) => new Map(list.map(({ path, shape }) => [path, HostArray.zeros(shape)]));
  const arrays = zeros(inputs);
  const results = zeros(outputs);
  const set = (path: string, values: Float32Array) => arrays.get(path)!.data.set(values);
  set("0.params.weight", start.weight);
  set("0.params.bias", start.bias);
  const images = arrays.get("1.rows.inputs.images")!.data;
  const targets = arrays.get("1.rows.targets.targets")!.data;
  const labels = arrays.get("1.rows.targets.truth")!.data;
  const random = new Random("teach", "batches");
  const learningRate = rate / meanSquaredNorm(network.features, features);
  const session = await runtime.createSession(step);
  try {
    for (let at = 0; at < steps; at++) {
      targets.fill(0);
      for (let row = 0; row < batchSize; row++) {
        const isNew = row < newInBatch;
        const old = random.integer(trainLabels.length);
        const own = isNew
          ? shown[random.integer(shown.length)]
          : network.features.subarray(old * features, (old + 1) * features);
        images.set(own, row * features);
        labels[row] = isNew ? classes - 1 : trainLabels[old];
        targets[row * classes + labels[row]] = 1;
      }
      // Down to nothing along a half cosine, so that it ends at rest.
      set("2.learningRate", Float32Array.of((learningRate * (1 + Math.cos((Math.PI * at) / steps))) / 2));
      await session.run([...arrays.values()], [...results.values()]);
      for (const [path, { data }] of results) arrays.get(`0.${path}`)?.data.set(data);
      if (at % PROGRESS_EVERY === PROGRESS_EVERY - 1)
        onProgress({
          step: at + 1,
          loss: results.get("loss")!.data[0],
          accuracy: (results.get("sums.correct")!.data[0] as number) / batchSize,
        });
    }
  } finally {
    await session.dispose();
  }
  return new Classifier(
    Float32Array.from(results.get("params.weight")!.data),
    Float32Array.from(results.get("params.bias")!.data),
  );
}

/** Of rows [F]. */
const meanSquaredNorm = (rows: Float32Array, features: number): number =>
  rows.reduce((sum, value) => sum + value * value, 0) / (rows.length / features);

function validationAccuracy(network: Network, classifier: Classifier): number {
  const { features, trainLabels, validationLabels } = network.entry.teaching;
  const rows = network.features.subarray(trainLabels.length * features);
  return shareRight(classifier.logits(rows), classifier.classes, (row) => validationLabels[row]);
}

function shareRight(logits: Float32Array, classes: number, labelOf: (row: number) => number): number {
  const rows = logits.length / classes;
  let right = 0;
  for (let row = 0; row < rows; row++) if (largestClass(logits, row, classes) === labelOf(row)) right++;
  return right / rows;
}
