import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { imageAt, Random, type RegressionData, type RegressionSet } from "../../core/index.ts";
import { emojiParts } from "./emoji-parts.ts";
import { loadRegressionData } from "./index.ts";
import { placeSquares } from "./place-squares.ts";
import { rotateBilinear } from "./rotate-bilinear.ts";
import { valuesOf } from "./test-tables.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-emoji-regression-"));
afterAll(() => rmSync(dataDir, { recursive: true }));

const setsOf = ({ train, validation, test, shifts }: RegressionData) => [train, validation, test, ...shifts];
const pixels = (set: RegressionSet, row: number) => {
  if (set.inputs.kind !== "images") throw new Error("images expected");
  return imageAt(set.inputs, row);
};

test("a quarter turn is anticlockwise and exact", () => {
  // One channel: 1 2 3 / 4 5 6 / 7 8 9.
  const image = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...rotateBilinear(image, 3, 90)]).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  expect([...rotateBilinear(image, 3, 0)]).toEqual([...image]);
});

test("45 degrees: pixels are interpolated, corners come from the white outside", () => {
  const image = new Uint8Array(9);
  const turned = rotateBilinear(image, 3, 45);
  // The corner (0, 0) comes from x = 1, y = 1 − √2: 0.4142 of the white row above the image.
  expect([...turned]).toEqual([106, 0, 106, 0, 0, 0, 106, 0, 106]);
});

test("colours are turned together", () => {
  const image = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect([...rotateBilinear(image, 2, 90)]).toEqual([4, 5, 6, 10, 11, 12, 1, 2, 3, 7, 8, 9]);
});

test("emoji rotation: the drawings of each part of the emoji data set, turned by their target", async () => {
  const options = { seed: 3, validationFraction: 0.1, shift: "none" } as const;
  const data = await loadRegressionData({ name: "emoji-rotation", imageSize: 8, ...options }, { dataDir });
  expect(data.shifts.map(({ name }) => name)).toEqual(["emoji-rotation/unseen vendors"]);
  const parts = await emojiParts(8, options, { dataDir });
  for (const [i, set] of setsOf(data).entries())
    for (const row of [0, 1, set.count - 1])
      expect(pixels(set, row)).toEqual(rotateBilinear(imageAt(parts[i].drawings, row), 8, set.targets.data[row]));
  const angles = valuesOf(data.train, "angle");
  expect(Math.min(...angles)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...angles)).toBeLessThan(90);
  // Uniform: of 2271 angles a third on either side of 30 and 60, give or take four standard deviations (22.5 each).
  for (const from of [0, 30, 60])
    expect(Math.abs(angles.filter((angle) => angle >= from && angle < from + 30).length - 757)).toBeLessThan(90);
});

test("emoji rotation, gaps: angles of about 27 to 54 degrees are the shift set, of the test concepts alone", async () => {
  const notices: string[] = [];
  const data = await loadRegressionData(
    { name: "emoji-rotation", imageSize: 8, shift: "gaps" },
    { dataDir, onNotice: (line) => notices.push(line) },
  );
  expect(data.shifts.map(({ name }) => name)).toEqual(["emoji-rotation/gap", "emoji-rotation/unseen vendors"]);
  const [gap, vendors] = data.shifts;
  const angles = valuesOf(gap, "angle");
  expect(Math.min(...angles)).toBeGreaterThan(24);
  expect(Math.max(...angles)).toBeLessThan(57);
  // The test concepts have 633 drawings.
  expect(gap.count + data.test.count).toBe(633);
  const leftOut = 2271 + 249 - data.train.count - data.validation.count + 422 - vendors.count;
  expect(notices).toContain(
    `emoji-rotation: ${leftOut} of 3575 examples left out: shift gaps keeps their targets from training`,
  );
});

test("several rotations of a drawing", async () => {
  const data = await loadRegressionData({ name: "emoji-rotation", imageSize: 8, rotations: 2 }, { dataDir });
  expect(setsOf(data).map(({ count }) => count)).toEqual([4542, 498, 1266, 844]);
});

test("squares never overlap, and lie within", () => {
  const random = new Random(1);
  for (let round = 0; round < 200; round++) {
    const places = placeSquares(9, 8, 40, random);
    expect(places).toHaveLength(9);
    const covered = new Set(
      places.flatMap(([left, top]) => Array.from({ length: 64 }, (_, i) => `${left + (i % 8)} ${top + (i >> 3)}`)),
    );
    expect(covered.size).toBe(9 * 64);
    for (const place of places.flat()) expect(place >= 0 && place <= 32).toBe(true);
  }
});

test("emoji count: a scene shows as many drawings of its part as its target says", async () => {
  const options = { seed: 0, validationFraction: 0.1, shift: "none" } as const;
  const data = await loadRegressionData({ name: "emoji-count", imageSize: 40, count: 400, ...options }, { dataDir });
  expect(new Set(valuesOf(data.train, "count"))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]));
  const parts = await emojiParts(8, options, { dataDir });
  const drawings = parts.find(({ part }) => part === "test")!.drawings;
  const known = new Map(
    Array.from({ length: drawings.labels.length }, (_, row) => {
      const bytes = imageAt(drawings, row);
      return [String(bytes), bytes] as const;
    }),
  );
  for (const row of [0, 10, 20, 30]) {
    const scene = pixels(data.test, row).slice();
    let found = 0;
    for (let top = 0; top <= 32; top++)
      for (let left = 0; left <= 32; left++) {
        const window = Array.from({ length: 8 }, (_, y) => [
          ...scene.subarray(((top + y) * 40 + left) * 3, ((top + y) * 40 + left + 8) * 3),
        ]).flat();
        if (known.has(String(window))) found++;
      }
    expect(found, `scene ${row}`).toBe(data.test.targets.data[row]);
  }
});

test("emoji count, gaps: scenes of 4 and 5 emoji are kept out of training", async () => {
  const data = await loadRegressionData({ name: "emoji-count", imageSize: 40, count: 900, shift: "gaps" }, { dataDir });
  expect(new Set(valuesOf(data.shifts[0], "count"))).toEqual(new Set([4, 5]));
  for (const set of [data.train, data.validation, data.test])
    expect([...new Set(valuesOf(set, "count"))].sort()).toEqual([1, 2, 3, 6, 7, 8, 9]);
});
