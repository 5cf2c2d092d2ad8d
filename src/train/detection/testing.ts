import { type DataSet, type ImageSet, Random } from "../../core/index.ts";
import { type RunConfigInput, resolveConfig } from "../../run/index.ts";
import type { DetectionRecord } from "./record.ts";

/** Red and blue rectangles in dark noise, one or two a scene of 16 pixels, which overlap by no more than their rims. */
export function tinyScenes(name: string, count: number, shift = 0): ImageSet {
  const size = 16;
  const images = new Uint8Array(count * size * size * 3);
  const [boxes, index, first]: [number[], number[], number[]] = [[], [], [0]];
  for (let scene = 0; scene < count; scene++) {
    const random = new Random("tiny scene", name, scene);
    const own = images.subarray(scene * size * size * 3, (scene + 1) * size * size * 3);
    for (let i = 0; i < own.length; i++) own[i] = shift + random.integer(30);
    for (let place = random.integer(2); place < 2; place++) {
      const [width, height] = [4 + random.integer(4), 4 + random.integer(4)];
      const [x, y] = [8 * place + random.integer(9 - width), random.integer(size - height)];
      const label = random.integer(2);
      for (let v = y; v < y + height; v++)
        for (let u = x; u < x + width; u++) own[3 * (v * size + u) + 2 * label] = 250;
      boxes.push(x, y, width, height);
      index.push(label);
    }
    first.push(index.length);
  }
  const classNames = ["red", "blue"];
  return {
    ...{ name, height: size, width: size, channels: 3, images, classNames },
    labels: new Int32Array(count).fill(-1),
    boxes: {
      names: classNames,
      first: Int32Array.from(first),
      boxes: Float64Array.from(boxes),
      index: Int32Array.from(index),
    },
  };
}

export const tinySceneSet = (): DataSet => ({
  name: "tiny-scenes",
  title: "Tiny scenes",
  train: tinyScenes("tiny-scenes/train", 48),
  validation: tinyScenes("tiny-scenes/validation", 12),
  test: tinyScenes("tiny-scenes/test", 20),
  shifts: [tinyScenes("tiny-scenes/bright", 10, 60)],
  normalization: { mean: [0.2, 0.1, 0.2], std: [0.2, 0.2, 0.2] },
});

/** Six steps an epoch on `tinySceneSet`, on one thread. */
export const tinySceneConfig = (changes: Partial<RunConfigInput> = {}): DetectionRecord["config"] =>
  resolveConfig({
    data: { name: "tiny-scenes" },
    task: { name: "detection" },
    model: "resnet20",
    epochs: 2,
    batchSize: 8,
    seed: 1,
    augment: [{ name: "flip", options: {} }],
    logEvery: 2,
    threads: 1,
    ...changes,
  }) as DetectionRecord["config"];
