import { type DataSet, type ImageSet, Random } from "../core/index.ts";
import { type RunConfig, type RunConfigInput, resolveConfig } from "./config.ts";

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
