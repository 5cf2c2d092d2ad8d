import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DataSet, imageAt, imageCount, Random, subset } from "../../core/index.ts";
import { matchImages } from "../convert.ts";
import { drawScene } from "./draw-scene.ts";
import { type DetectionDataOptions, loadDetectionData, sceneConcepts } from "./index.ts";
import { spriteOf } from "./sprite.ts";

const dataDir = mkdtempSync(join(tmpdir(), "anchored-scenes-"));
afterAll(() => rmSync(dataDir, { recursive: true }));
const load = (changes: Partial<Extract<DetectionDataOptions, { name: "emoji-scenes" }>> = {}) =>
  loadDetectionData({ name: "emoji-scenes", imageSize: 64, count: 60, ...changes }, { dataDir });

let data: DataSet;
beforeAll(async () => {
  data = await load();
}, 120_000);

describe("emoji scenes", () => {
  test("split by counts; shifts are as large as the test", () => {
    const { train, validation, test, shifts } = data;
    expect([train, validation, test, ...shifts].map((set) => [set.name, imageCount(set)])).toEqual([
      ["emoji-scenes/train", 46],
      ["emoji-scenes/validation", 5],
      ["emoji-scenes/test", 9],
      ["emoji-scenes/unseen vendors", 9],
      ["emoji-scenes/unknown objects", 9],
    ]);
    expect(train.classNames).toEqual(sceneConcepts.known);
    const seen = new Set(train.domains!.index);
    expect(shifts[0].domains!.index.some((vendor) => seen.has(vendor))).toBe(false);
  });

  test("a scene is a function of seed and index: more scenes begin with the same ones, another seed has others", async () => {
    const [more, other] = [await load({ count: 90 }), await load({ seed: 1 })];
    const first = (set: DataSet["train"]) => [Buffer.from(imageAt(set, 3)).toString("hex"), subset(set, [3]).boxes];
    expect(first(more.train)).toEqual(first(data.train));
    expect(first(other.train)).not.toEqual(first(data.train));
  });

  test("objects are of every class in about equal numbers, from one to five a scene", async () => {
    const { boxes } = (await load({ count: 600 })).train;
    const counts = sceneConcepts.known.map((_, k) => boxes!.index.filter((own) => own === k).length);
    const mean = boxes!.index.length / counts.length;
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(0.5 * mean);
    const perScene = Array.from(boxes!.first.subarray(1), (end, i) => end - boxes!.first[i]);
    expect([Math.min(...perScene), Math.max(...perScene)]).toEqual([1, 5]);
  });

  test("another size: boxes follow their images", () => {
    const half = matchImages(data.test, { height: 32, width: 32, channels: 3 });
    expect(half.boxes!.boxes).toEqual(data.test.boxes!.boxes.map((value) => value / 2));
  });

  test.each([
    [{ mostObjects: 0 }, "mostObjects"],
    [{ count: 3 }, "count"],
    [{ domains: { train: ["noto"], shift: ["noto"] } }, "both trained on and unseen"],
    [{ imageSize: 512, count: 50_000 }, "more than 1 GiB"],
    [{ label: "concept" }, 'unknown option "label"'],
  ])("refuses %j", async (changes, said) => {
    await expect(load(changes as never)).rejects.toThrow(said);
  });
});

/** A filled disc of one colour, RGBA. */
const disc = (size: number, colour: readonly number[]) =>
  Uint8Array.from({ length: 4 * size * size }, (_, i) => {
    const [x, y] = [(i >> 2) % size, Math.floor((i >> 2) / size)];
    const inside = Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2) < size / 4;
    return i % 4 === 3 ? (inside ? 255 : 0) : colour[i % 4];
  });

test("a box is tight around the drawing, whatever its margins are", () => {
  const sprite = spriteOf(disc(64, [255, 0, 0]), 64, 32, 0.2)!;
  // A disc of half the drawing's width, at half the size; around it the blur of its edge.
  expect(sprite.box).toEqual([1, 1, 16, 16]);
  expect([sprite.width, sprite.height]).toEqual([18, 18]);
  const middle = 4 * (9 * 18 + 9);
  expect([...sprite.rgba.subarray(middle, middle + 4)]).toEqual([255, 0, 0, 255]);
  expect(spriteOf(new Uint8Array(4 * 64), 8, 20, 0)).toBeUndefined();
});

test("of every object at least half is visible, and strangers have no box", () => {
  const size = 64;
  const known = { size: 32, drawings: Array.from({ length: 5 }, (_, i) => disc(32, [50 * i, 0, 255])) };
  const strangers = { size: 32, drawings: [disc(32, [0, 255, 0])] };
  let [overlaps, unknown] = [0, 0];
  for (let scene = 0; scene < 60; scene++) {
    const pixels = new Uint8Array(size * size * 3);
    const options = { size, most: 8, strangers };
    const objects = drawScene(pixels, known, options, new Random("scene", scene));
    for (const [i, { drawing, box }] of objects.entries()) {
      const [x, y, width, height] = box;
      expect(x >= 0 && y >= 0 && x + width <= size && y + height <= size).toBe(true);
      const colour = [50 * drawing, 0, 255];
      let visible = 0;
      for (let v = y; v < y + height; v++)
        for (let u = x; u < x + width; u++)
          if (colour.every((value, c) => pixels[3 * (v * size + u) + c] === value)) visible++;
      // Pixels at the disc's rim are mixed with what lies below.
      const disc = (Math.PI / 4) * (width - 2) * (height - 2);
      const alone = !objects.some((other, j) => j !== i && other.drawing === drawing);
      // Of smaller ones the rim is most.
      if (alone && width >= 12) expect(visible).toBeGreaterThan(0.4 * disc);
      if (visible < 0.9 * disc) overlaps++;
    }
    for (let p = 0; p < size * size; p++)
      if (pixels[3 * p] === 0 && pixels[3 * p + 1] === 255 && pixels[3 * p + 2] === 0) unknown++;
  }
  expect(overlaps).toBeGreaterThan(0);
  expect(unknown).toBeGreaterThan(0);
});
