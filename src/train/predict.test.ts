import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normalizeImages } from "../augment/index.ts";
import { type HostArray, imageCount, Random } from "../core/index.ts";
import { combineReferences, referenceRows } from "../methods/index.ts";
import { calibrateBySpread } from "../methods/internal.ts";
import { describeRun } from "../run/internal.ts";
import { createPredictor, type Predictor } from "./index.ts";
import { buildNetwork, residualPool } from "./internal.ts";
import { tinyConfig, tinyDataSet } from "./testing.ts";

const { train, test: set, normalization } = tinyDataSet();
const size = 8 * 8 * 3;
const anchored = { name: "anchored", referenceCount: 5, references: "20" } as const;
const record = describeRun(tinyConfig({ method: anchored }), tinyDataSet());
const variables = buildNetwork(record).model.init(new Random(3));
const references = residualPool(train, normalization, {
  size: 5,
  seed: 7,
  referenceRows: Int32Array.of(0, 1, 2),
});

/** max |a − b|. */
const distance = (a: Float32Array, b: Float32Array) => {
  expect(a).toHaveLength(b.length);
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0);
};

describe("protocols of an anchored model", () => {
  let predictor: Predictor;
  let each: Float32Array[];
  beforeAll(async () => {
    predictor = await createPredictor(record, variables, references, { batchSize: 7 });
    each = await predictor.predictByReference(set);
  });
  afterAll(() => predictor.dispose());

  test("by reference: R arrays of logits, the first k of them alike", async () => {
    expect(each.map((logits) => logits.length)).toEqual(Array(5).fill(18 * 3));
    expect(distance(each[0], each[1])).toBeGreaterThan(1e-3);
    const two = await predictor.predictByReference(set, { k: 2 });
    expect(two).toHaveLength(2);
    for (const [r, logits] of two.entries()) expect(distance(logits, each[r])).toBeLessThan(1e-5);
  });

  test("single is the first reference; k combines them, and scales by their spread where asked to", async () => {
    const single = await predictor.predict(set, { protocol: "single" });
    expect(distance(single.logits, each[0])).toBeLessThan(1e-5);
    const expected = combineReferences(each.slice(0, 3));
    const k = await predictor.predict(set, { k: 3 });
    expect(distance(k.logits, expected.logits)).toBeLessThan(1e-5);
    expect(distance(k.uncertainty!, expected.uncertainty)).toBeLessThan(1e-5);
    const calibrated = await predictor.predict(set, { k: 3, calibrate: true });
    expect(calibrated.logits).toEqual(calibrateBySpread(k.logits, k.uncertainty!, 3));
    expect(calibrated.uncertainty).toEqual(k.uncertainty);
  });

  test("mirrored, logits are means over the image and its mirror image, under each reference", async () => {
    const bytes = set.images as Uint8Array;
    const rows = Array.from({ length: (18 * size) / 24 }, (_, y) => bytes.subarray(24 * y, 24 * y + 24));
    const turned = Uint8Array.from(
      rows.flatMap((row) => Array.from(row, (_, i) => row[3 * (7 - Math.floor(i / 3)) + (i % 3)])),
    );
    const other = await predictor.predictByReference({ ...set, images: turned });
    expect(distance(other[0], each[0])).toBeGreaterThan(1e-3);
    const expected = combineReferences(each.map((own, r) => own.map((value, i) => (value + other[r][i]) / 2)));
    const { logits, uncertainty } = await predictor.predict(set, { mirror: true });
    expect(distance(logits, expected.logits)).toBeLessThan(1e-5);
    expect(distance(uncertainty!, expected.uncertainty)).toBeLessThan(1e-5);
  });

  test("blt: each image under the candidate that the definition chooses", async () => {
    const pool = residualPool(train, normalization, {
      size: 11,
      seed: record.config.seed,
      referenceRows: referenceRows("20", train, record.config.seed),
    });
    const images = normalizeImages(
      set,
      Int32Array.from({ length: 18 }, (_, i) => i),
      normalization,
    );
    const { logits, uncertainty } = await predictor.predict(set, { protocol: "blt", train, residuals: 11 });
    expect(uncertainty).toBeUndefined();
    const chosen = Array.from({ length: 18 }, (_, n) => nearest(images.subarray(n * size, (n + 1) * size), pool));
    expect(new Set(chosen).size).toBeGreaterThan(1);
    for (const [n, r] of chosen.entries())
      expect(distance(logits.subarray(3 * n, 3 * n + 3), each[r].subarray(3 * n, 3 * n + 3))).toBeLessThan(1e-5);
    await expect(predictor.predict(set, { protocol: "blt" })).rejects.toThrow("needs the training images");
    await expect(predictor.predict(set, { protocol: "mean" as "k" })).rejects.toThrow(
      'unknown protocol "mean"; known: single, k, blt',
    );
    const floats = { ...set, images: new Float32Array(set.images.length) as never };
    await expect(predictor.predict(floats)).rejects.toThrow("images are a Float32Array; a Uint8Array of values");
  });
});

/** argmin over i of min over m of ‖(x − rᵢ) − dₘ‖. */
function nearest(x: Float32Array, pool: HostArray): number {
  let best = { squares: Number.POSITIVE_INFINITY, i: -1 };
  for (let i = 0; i < 5; i++)
    for (let m = 0; m < pool.shape[0]; m++) {
      let squares = 0;
      for (let p = 0; p < size; p++) squares += (x[p] - references.data[i * size + p] - pool.data[m * size + p]) ** 2;
      if (squares < best.squares) best = { squares, i };
    }
  return best.i;
}

test("a residual pool holds distinct training images minus members of the reference set, fixed by the seed", () => {
  const members = Int32Array.of(4, 9);
  const of = (seed: number, count = 12) =>
    residualPool(train, normalization, { size: count, seed, referenceRows: members });
  const pool = of(1);
  expect(pool.shape).toEqual([12, 3, 8, 8]);
  expect(of(1)).toEqual(pool);
  expect(of(2)).not.toEqual(pool);
  const total = imageCount(train);
  const images = normalizeImages(
    train,
    Int32Array.from({ length: total }, (_, i) => i),
    normalization,
  );
  const sources = Array.from({ length: 12 }, (_, m) => {
    for (let j = 0; j < total; j++)
      for (const r of members) {
        const agrees = (p: number) =>
          pool.data[m * size + p] === Math.fround(images[j * size + p] - images[r * size + p]);
        if (Array.from({ length: size }, (_, p) => p).every(agrees)) return j;
      }
    return -1;
  });
  expect(sources).not.toContain(-1);
  expect(new Set(sources).size).toBe(12);
  expect(of(1, 1000).shape[0]).toBe(total);
  expect(() => of(1, 0)).toThrow("residualPool: size is 0");
});
