import type { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { centerLoss } from "./center-loss.ts";
import { centerTargetSize, drawCenterTargets } from "./center-targets.ts";
import { decodeCenters } from "./decode-centers.ts";
import { gaussianRadius } from "./gaussian-radius.ts";

describe("the radius around a centre", () => {
  // The released formulas, computed in Python.
  test.each([
    [10, 10, 2.733],
    [4, 4, 1.093],
    [20, 5, 2.255],
    [1, 1, 0.273],
  ])("published, of %i × %i cells", (height, width, radius) => {
    expect(gaussianRadius(height, width)).toBeCloseTo(radius, 3);
  });

  test("corrected: corners that are so far off leave an IoU of 0.7, in the worst of the three cases", () => {
    for (const [height, width] of [
      [10, 10],
      [3, 17],
      [40, 12],
    ]) {
      const r = gaussianRadius(height, width, "corrected");
      const area = height * width;
      const shifted = (height - r) * (width - r);
      const overlaps = [
        shifted / (2 * area - shifted),
        ((height - 2 * r) * (width - 2 * r)) / area,
        area / ((height + 2 * r) * (width + 2 * r)),
      ];
      expect(Math.min(...overlaps)).toBeCloseTo(0.7, 10);
      expect(r).toBeLessThan(gaussianRadius(height, width));
    }
  });
});

const shape = { classes: 2, rows: 6, columns: 8 };
const cells = 48;
const drawn = (objects: Parameters<typeof drawCenterTargets>[0]) => {
  const out = new Float32Array(centerTargetSize(shape));
  drawCenterTargets(objects, shape, "published", out);
  return { at: (channel: number, row: number, column: number) => out[channel * cells + row * 8 + column], out };
};

describe("what is learnt of objects", () => {
  test("by hand: heat around the centre, offset, size, and where there is a centre", () => {
    // Its centre (4.25, 2.5); radius ⌊gaussianRadius(4, 4)⌋ = 1, σ = 1/2.
    const { at, out } = drawn([{ x: 2.25, y: 0.5, width: 4, height: 4, index: 1 }]);
    const heat = (row: number, column: number) => at(1, row, column);
    expect(heat(2, 4)).toBe(1);
    expect(heat(2, 5)).toBeCloseTo(Math.exp(-2), 6);
    expect(heat(1, 3)).toBeCloseTo(Math.exp(-4), 6);
    expect([heat(2, 6), heat(4, 4), at(0, 2, 4)]).toEqual([0, 0, 0]);
    expect([2, 3, 4, 5, 6].map((channel) => at(channel, 2, 4))).toEqual([0.25, 0.5, 4, 4, 1]);
    expect(out.subarray(2 * cells).filter((value) => value !== 0)).toHaveLength(5);
  });

  test("of two the larger heat counts; of two centres in a cell the smaller object's size", () => {
    const large = { x: 0, y: 0, width: 8, height: 6, index: 0 };
    const small = { x: 3.5, y: 2.5, width: 1, height: 1.25, index: 0 };
    for (const objects of [
      [large, small],
      [small, large],
    ]) {
      const { at } = drawn(objects);
      expect([at(4, 3, 4), at(5, 3, 4)]).toEqual([1, 1.25]);
      expect(at(0, 3, 4)).toBe(1);
      expect(at(0, 3, 5)).toBeGreaterThan(0);
    }
  });

  test("a centre at the far edge stays on the map, and so does its heat", () => {
    const { at, out } = drawn([{ x: 7.5, y: 5.5, width: 1, height: 1, index: 0 }]);
    expect(at(0, 5, 7)).toBe(1);
    expect(out.every(Number.isFinite)).toBe(true);
  });
});

describe("the loss", () => {
  const [objects, weights] = [
    [
      { x: 2.5, y: 1, width: 3.5, height: 3, index: 1 },
      { x: 0, y: 0, width: 2, height: 2, index: 0 },
    ],
    { offsetWeight: 1, sizeWeight: 0.1 },
  ];
  const random = new Random("outputs");
  const outputs = Float32Array.from({ length: 6 * cells }, () => random.normal());
  const { out } = drawn(objects);
  const lossOf = (outputs: Float32Array, targets: Float32Array, objects: number) =>
    runOracle<HostArray>(
      (o: np.Array, t: np.Array, n: np.Array) => centerLoss(o, t, n, shape, weights),
      [
        HostArray.float32([1, outputs.length], outputs),
        HostArray.float32([1, targets.length], targets),
        HostArray.scalar(objects),
      ],
    ).then(({ data }) => data[0]);

  test("by hand, in float64", async () => {
    let [heat, offset, size] = [0, 0, 0];
    for (let at = 0; at < 2 * cells; at++) {
      const p = Math.min(1 - 1e-4, Math.max(1e-4, 1 / (1 + Math.exp(-outputs[at]))));
      heat -= out[at] === 1 ? (1 - p) ** 2 * Math.log(p) : (1 - out[at]) ** 4 * p ** 2 * Math.log(1 - p);
    }
    for (let cell = 0; cell < cells; cell++) {
      if (out[6 * cells + cell] === 0) continue;
      const distance = (channel: number) => Math.abs(outputs[channel * cells + cell] - out[channel * cells + cell]);
      offset += distance(2) + distance(3);
      size += distance(4) + distance(5);
    }
    expect(await lossOf(outputs, out, 2)).toBeCloseTo((heat + offset + 0.1 * size) / 2, 4);
  });

  test("what is exactly right, and surely so, costs next to nothing; an empty scene is learnt as such", async () => {
    const right = Float32Array.from({ length: 6 * cells }, (_, i) =>
      i < 2 * cells ? (out[i] === 1 ? 20 : -20) : out[i],
    );
    expect(await lossOf(right, out, 2)).toBeLessThan(1e-3);
    const empty = new Float32Array(centerTargetSize(shape));
    expect(await lossOf(right, empty, 1)).toBeGreaterThan(10);
    expect(
      await lossOf(
        right.map((value, i) => (i < 2 * cells ? -20 : value)),
        empty,
        1,
      ),
    ).toBeLessThan(1e-3);
  });
});

describe("decoding", () => {
  const maps = new Float32Array(6 * cells);
  const put = (index: number, row: number, column: number, score: number, numbers: readonly number[]) => {
    maps[index * cells + row * 8 + column] = score;
    numbers.forEach((value, i) => {
      maps[(2 + i) * cells + row * 8 + column] = value;
    });
  };
  put(1, 2, 4, 0.9, [0.25, 0.5, 3.5, 3]);
  put(1, 2, 5, 0.8, [0, 0, 1, 1]);
  put(0, 2, 5, 0.7, [0, 0, 1, 1]);
  put(0, 5, 7, 0.2, [0.5, 0.5, 1, -1]);

  test("peaks of each class, the surest first; a lower neighbour of the same class is none", () => {
    const found = decodeCenters(maps, undefined, shape, { minScore: 0.1 });
    expect(found.map(({ index, score }) => [index, Number(score.toFixed(1))])).toEqual([
      [1, 0.9],
      [0, 0.7],
      [0, 0.2],
    ]);
    expect(found[0]).toEqual({ x: 2.5, y: 1, width: 3.5, height: 3, index: 1, score: maps[cells + 20] });
    // A negative size is none.
    expect(found[2]).toMatchObject({ width: 1, height: 0, y: 5.5 });
    expect(decodeCenters(maps, undefined, shape, { most: 1 })).toHaveLength(1);
  });

  test("with deviations where there are several references", () => {
    const spread = Float32Array.from({ length: 6 * cells }, (_, i) => Math.floor(i / cells) / 10);
    const [{ deviation }] = decodeCenters(maps, spread, shape, { most: 1 });
    expect(deviation!.score).toBeCloseTo(0.1, 6);
    expect(deviation!.sides.map((side) => Number(side.toFixed(2)))).toEqual([0.2, 0.3, 0.4, 0.5]);
  });

  test("what is drawn and read again is the same objects", () => {
    const random = new Random("objects");
    for (let scene = 0; scene < 50; scene++) {
      const row = () => random.integer(3) * 2 + 0.25 + 0.5 * random.uniform();
      const objects = [0, 1].map((index) => {
        const [width, height] = [1 + random.uniform(), 1 + random.uniform()];
        return { x: 4 * index + 1.5 - width / 2, y: row() - height / 2, width, height, index };
      });
      const { out } = drawn(objects);
      const found = decodeCenters(out.subarray(0, 6 * cells), undefined, shape, { minScore: 0.99 });
      expect(found).toHaveLength(2);
      for (const { x, y, width, height, index } of found)
        for (const [name, value] of Object.entries({ x, y, width, height }))
          expect(value).toBeCloseTo(objects[index][name as "x"], 5);
    }
  });
});
