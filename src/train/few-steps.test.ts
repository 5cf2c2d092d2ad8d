import { expect, test } from "vitest";
import { type RunConfigInput, resolveConfig } from "../run/index.ts";
import { fewSteps } from "./few-steps.ts";

const config = (changes: Partial<RunConfigInput> = {}) =>
  resolveConfig({ data: { name: "folder" }, epochs: 6, threads: 1, ...changes });

test("200 images at batch 128 are six steps: smaller batches, more epochs and a lower rate are advised", () => {
  expect(fewSteps(config(), 200)).toBe(
    "6 steps in all (200 training images: 1 batch of 128 in each of 6 epochs), too few to learn much; try config.batchSize 16 config.epochs 50 schedule.learningRate 0.025",
  );
});

test.each<[string, Partial<RunConfigInput>, number, string | undefined]>([
  ["100 steps are enough", { epochs: 25 }, 4 * 128, undefined],
  ["99 are few", { epochs: 99 }, 128, "config.batchSize 8 schedule.learningRate 0.013"],
  ["where batches are small only epochs are missing", { batchSize: 8, epochs: 1 }, 200, "config.epochs 30"],
  ["AdamW keeps its rate", adamw(), 200, "config.batchSize 16 config.epochs 50"],
  ["accumulated batches stay divisible", { accumulate: 32 }, 200, "config.epochs 600"],
  ["very few images", { batchSize: 16 }, 20, "config.batchSize 8 config.epochs 300 schedule.learningRate 0.1"],
])("%s", (_, changes, images, advice) => {
  const said = fewSteps(config(changes), images);
  if (advice === undefined) expect(said).toBeUndefined();
  else expect(said?.split("; try ")[1]).toBe(advice);
});

function adamw(): Partial<RunConfigInput> {
  return { optimizer: { name: "adamw" }, schedule: { name: "cosine", learningRate: 0.001 } };
}

test("what is advised is enough", () => {
  for (const images of [20, 60, 200, 500, 1000]) {
    const [, batch, epochs] = /config.batchSize (\d+) config.epochs (\d+)/.exec(
      fewSteps(config(), Math.max(images, 128)) ?? "",
    )!;
    const advised = config({ batchSize: Number(batch), epochs: Number(epochs) });
    expect(fewSteps(advised, Math.max(images, 128))).toBeUndefined();
  }
});
