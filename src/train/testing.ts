import { createHash } from "node:crypto";
import { type DataSet, HostArray, type ImageSet, Random } from "../core/index.ts";
import { runPaths } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import type { Variables } from "../models/index.ts";
import { type Checkpoint, type RunConfig, type RunConfigInput, resolveConfig } from "../run/index.ts";
import { describeRun, saveCheckpoint } from "../run/internal.ts";
import { buildNetwork } from "./network.ts";
import { referenceSet } from "./reference-set.ts";

/** Grey squares whose brightness is their class, in noise: learnt within a few steps. */
export function tinyImages(name: string, count: number, seed = 0): ImageSet {
  const random = new Random("tiny", name, seed);
  const [size, channels, classes] = [8, 3, 3];
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const images = Uint8Array.from(
    { length: count * size * size * channels },
    (_, i) => 100 * labels[Math.floor(i / (size * size * channels))] + random.integer(50),
  );
  return { name, height: size, width: size, channels, images, labels, classNames: ["dark", "grey", "light"] };
}

export const tinyDataSet = (): DataSet => ({
  name: "tiny",
  title: "Tiny squares",
  train: tinyImages("tiny/train", 50),
  validation: tinyImages("tiny/validation", 18),
  test: tinyImages("tiny/test", 18),
  shifts: [],
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.3, 0.3, 0.3] },
});

/** Six steps an epoch on `tinyDataSet`, on one thread. */
export const tinyConfig = (changes: Partial<RunConfigInput> = {}): RunConfig =>
  resolveConfig({
    data: { name: "tiny" },
    epochs: 2,
    batchSize: 8,
    seed: 1,
    schedule: { name: "one-cycle", peak: 0.05 },
    augment: [
      { name: "crop", options: { pad: 1 } },
      { name: "flip", options: {} },
    ],
    logEvery: 2,
    threads: 1,
    ...changes,
  });

/** A run folder with fresh weights, biases of the classifier that are not zero, and an average of other fresh ones. */
export function untrainedRun(run: string, config: RunConfig, dataSet: DataSet): void {
  const record = describeRun(config, dataSet);
  const { model } = buildNetwork(record);
  const fresh = (name: string): Variables => {
    const { params, state } = model.init(new Random("untrained", name));
    const biases = model.head.filter((key) => params[key].shape.length === 1);
    for (const key of biases)
      params[key] = HostArray.float32(params[key].shape, params[key].data.map((_, i) => i - 1) as Float32Array);
    return { params, state };
  };
  writeFileAtomic(runPaths(run).config, JSON.stringify(record));
  saveCheckpoint(runPaths(run).checkpoint, {
    ...fresh("raw"),
    slots: {},
    average: config.averageDecay > 0 ? fresh("average") : undefined,
    references: referenceSet(config, dataSet)?.kept(),
    progress: { step: 0, epochLossSum: 0, epochSums: {}, seconds: 0 },
  });
}

/** Comparing millions of numbers one by one takes a minute. */
export const digestOf = ({ progress: { seconds: _, ...progress }, ...arrays }: Checkpoint): string => {
  const hash = createHash("sha256").update(JSON.stringify(progress));
  const add = (tree: object): void => {
    for (const [name, value] of Object.entries(tree))
      if (value instanceof HostArray) hash.update(name).update(value.data as Float32Array);
      else if (value) add(value);
  };
  add(arrays);
  return hash.digest("hex");
};
