import type { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle } from "../../engine/testing.ts";
import { decodeCenters } from "./decode-centers.ts";
import { tracedDecoding } from "./traced-decoding.ts";

const shape = { classes: 3, rows: 5, columns: 6 };
const size = 7 * 30;
const random = new Random("maps");
const mapsOf = (count: number) =>
  HostArray.float32(
    [count, size],
    Float32Array.from({ length: count * size }, (_, i) => (i % size < 90 ? random.uniform() : 3 * random.normal())),
  );

describe.each([12, 1000])("the traced decoding finds what the host does, at most %i", (most) => {
  const [maps, spread] = [mapsOf(2), mapsOf(2)];
  const decode = (maps: np.Array, spread: np.Array) => tracedDecoding(maps, spread, shape, most);

  test("boxes, scores, classes and deviations, in the same order", async () => {
    const traced = await runOracle<HostArrays>(decode, [maps, spread]);
    const kept = Math.min(most, 90);
    expect(traced.boxes.shape).toEqual([2, kept, 4]);
    for (const image of [0, 1]) {
      const own = (array: HostArray) => (array.data as Float32Array).subarray(image * size, (image + 1) * size);
      const found = decodeCenters(own(maps), own(spread), shape, { most });
      for (const [i, { x, y, width, height, index, score, deviation }] of found.entries()) {
        const at = image * kept + i;
        const four = (array: HostArray) => [...(array.data as Float32Array).subarray(4 * at, 4 * at + 4)];
        expect(traced.scores.data[at]).toBe(score);
        expect(traced.classes.data[at]).toBe(index);
        four(traced.boxes).forEach((value, side) => {
          expect(value).toBeCloseTo([x, y, width, height][side], 4);
        });
        expect(traced.score_deviations.data[at]).toBeCloseTo(deviation!.score, 5);
        four(traced.side_deviations).forEach((value, side) => {
          expect(value).toBeCloseTo(deviation!.sides[side], 5);
        });
      }
      for (let i = found.length; i < kept; i++) expect(traced.scores.data[image * kept + i]).toBeCloseTo(0, 12);
    }
  });

  test("compiled ≡ jax-js, with deviations and without", async () => {
    await expectCompiledEqualsOracle(decode, [maps, spread]);
    await expectCompiledEqualsOracle((maps: np.Array) => tracedDecoding(maps, undefined, shape, most), [maps]);
  });
});
