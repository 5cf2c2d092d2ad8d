import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { createMethod } from "../methods/index.ts";
import { createModel } from "../models/index.ts";
import type { RunConfigInput } from "../run/index.ts";
import { trainBatches } from "./batches.ts";
import { referenceSet } from "./reference-set.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

/** Batches of 8 of the 50 tiny images, 6 steps an epoch, without augmentation: equal rows are equal images. */
function batchesOf(method: Extract<RunConfigInput["method"], { name: "anchored" }>) {
  const config = tinyConfig({ method, augment: [] });
  return trainBatches(config, tinyDataSet(), {
    method: createMethod(config.method),
    network: createModel("resnet20", { inputChannels: 6, classes: 3 }),
    drawReferencesAt: referenceSet(config, tinyDataSet())!.drawAt,
  });
}

/** [N, …] → a text for each image. */
const rowsOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): string[] => {
  const row = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => Array.prototype.slice.call(data, i * row, (i + 1) * row).join());
};

describe("several references an image", () => {
  const batches = batchesOf({ name: "anchored", referencesPerImage: 4 });

  test("a batch has as many rows as ever: each image under references of its own", async () => {
    const { microBatches, rows } = await batches.at(0);
    const [fed] = microBatches;
    const images = rowsOf(fed.rows.inputs.images);
    expect(images).toHaveLength(8);
    expect(images.slice(0, 2).every((image) => images.filter((other) => other === image).length === 4)).toBe(true);
    expect(new Set(rowsOf(fed.rows.inputs.references)).size).toBeGreaterThan(4);
    expect([...rows.slice(0, 2), ...rows.slice(0, 2)]).toEqual([...rows.slice(4)]);
  });

  test("an epoch has as many steps as ever, and four of them pass once over the images", async () => {
    expect(batches.stepsPerEpoch).toBe(6);
    const images = async (step: number) => rowsOf((await batches.at(step)).microBatches[0].rows.inputs.images);
    const seen = await Promise.all(Array.from({ length: 24 }, (_, step) => images(step)));
    expect(new Set(seen.flat()).size).toBe(48);
    expect(await images(24)).not.toEqual(await images(0));
  });

  test("they divide the batch", () => {
    expect(() => batchesOf({ name: "anchored", referencesPerImage: 3 })).toThrow(
      "method.referencesPerImage 3: does not divide the batch of 8",
    );
  });
});

test("a set that grows: few references at first, nested, all of them later", async () => {
  const batches = batchesOf({ name: "anchored", referenceStart: 2, referenceGrowth: 0.5 });
  const drawn = async (steps: readonly number[]) => {
    const made = await Promise.all(steps.map((step) => batches.at(step)));
    return new Set(made.flatMap(({ microBatches }) => rowsOf(microBatches[0].rows.inputs.references)));
  };
  const [first, early, later] = [await drawn([0]), await drawn([0, 1, 2]), await drawn([6, 7, 8, 9, 10, 11])];
  expect(first.size).toBe(2);
  expect(later.size).toBeGreaterThan(20);
  expect([...first].every((image) => early.has(image))).toBe(true);
  expect(early.size).toBeLessThan(15);
});

test("late masking: no batch before its share of the training, all of them after", async () => {
  const batches = batchesOf({ name: "anchored", maskProbability: 1, maskFrom: 0.5 });
  const made = await Promise.all(Array.from({ length: 12 }, (_, step) => batches.at(step)));
  const masks = made.map(({ microBatches }) => microBatches[0].shared.maskReference.data[0]);
  expect(masks).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
});

test("what a first layer is fitted to is never masked", () => {
  const { maskReference } = batchesOf({ name: "anchored", maskProbability: 1 }).plain(10);
  expect([...maskReference.data]).toEqual([0]);
});

test("every n-th batch shows corrupted references; the residual's stay clean, and members of the reference set", async () => {
  const batches = batchesOf({ name: "anchored", corruptReferencesEvery: 3 });
  const plain = batchesOf({ name: "anchored" });
  const clean = new Set(rowsOf(plain.plain(50).images));
  const corrupted: boolean[] = [];
  for (let step = 0; step < 6; step++) {
    const [{ rows }] = (await batches.at(step)).microBatches;
    const { references, shownReferences } = rows.inputs;
    expect(rowsOf(references).every((row) => clean.has(row))).toBe(true);
    corrupted.push(rowsOf(shownReferences).join() !== rowsOf(references).join());
    // The draws themselves are those of a run without.
    expect(references).toEqual((await plain.at(step)).microBatches[0].rows.inputs.references);
  }
  expect(corrupted).toEqual([false, false, true, false, false, true]);
});

test.each([
  [
    { maskDraws: 3 },
    "method.maskDraws 3: does not divide the batch of 8; choose a config.batchSize that is a multiple",
  ],
  [{ maskKeep: 8 }, "method.maskKeep 8: nothing would be masked of images of 8 × 8 pixels; use less than 8"],
])("%j is refused", (options, message) => {
  expect(() => batchesOf({ name: "anchored", ...options })).toThrow(UserError);
  expect(() => batchesOf({ name: "anchored", ...options })).toThrow(message);
});
