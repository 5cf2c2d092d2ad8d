import { expect, test } from "vitest";
import type { ImageSet } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { loadDataSet } from "../data/index.ts";
import { letterSet, letters } from "./letters.ts";

const like = (side: number, channels: number): ImageSet => ({
  ...{ name: "own/test", height: side, width: side, channels },
  images: new Uint8Array(side * side * channels),
  labels: new Int32Array(1),
  classNames: ["a", "b"],
});

/** What LeCun's preparation fixes: the ink's longer side and its centre of mass, in pixels. */
function measured(image: Uint8Array, side: number) {
  let [ink, sx, sy] = [0, 0, 0];
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const value = image[y * side + x];
      ink += value;
      sx += value * (x + 0.5);
      sy += value * (y + 0.5);
      if (value > 127) {
        xs.push(x);
        ys.push(y);
      }
    }
  const span = (at: number[]) => 1 + Math.max(...at) - Math.min(...at);
  return { share: ink / 255 / side ** 2, x: sx / ink, y: sy / ink, longer: Math.max(span(xs), span(ys)) };
}

const imagesOf = (set: ImageSet, count: number): Uint8Array[] => {
  const [bytes, size] = [allBytes(set), set.height * set.width * set.channels];
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
};

test("no letter is one that a hand may draw like a digit", () => {
  expect(Object.keys(letters).filter((name) => "BCDGIJLOQSTUYZ".includes(name))).toEqual([]);
});

test("an E by hand: its strokes lie where the table has them, over every image of it on average", () => {
  const each = Object.keys(letters).length;
  const at = Object.keys(letters).indexOf("E");
  const images = imagesOf(letterSet(like(28, 1), 60 * each), 60 * each).filter((_, n) => n % each === at);
  const mean = (x: number, y: number) => images.reduce((sum, image) => sum + image[y * 28 + x], 0) / images.length;
  // The stem and the three arms are inked; between the arms, and outside of the box, is ground.
  const arms = [5, 13, 22].map((y) => mean(15, y));
  const gaps = [9, 18].map((y) => mean(17, y));
  expect(Math.min(...arms)).toBeGreaterThan(1.5 * Math.max(...gaps));
  expect(mean(1, 14) + mean(26, 14)).toBe(0);
});

test.each([28, 56])("of %i pixels they fill MNIST's box about its middle, and are as inked as digits", async (side) => {
  const all = imagesOf(letterSet(like(side, 1), 48), 48).map((image) => measured(image, side));
  for (const { x, y, longer } of all) {
    expect(Math.abs(longer - (20 * side) / 28)).toBeLessThanOrEqual(1 + side / 28);
    expect(Math.abs(x - side / 2)).toBeLessThan(side / 28);
    expect(Math.abs(y - side / 2)).toBeLessThan(side / 28);
  }
  const { test: digits } = await loadDataSet({ name: "mnist", seed: 0 });
  const inks = imagesOf(digits, 500).map((image) => measured(image, 28).share);
  for (const { share } of all) {
    expect(share).toBeGreaterThan(Math.min(...inks));
    expect(share).toBeLessThan(Math.max(...inks));
  }
});

test("always the same ones, all different, equal in every channel", () => {
  const grey = imagesOf(letterSet(like(28, 1), 40), 40);
  expect(imagesOf(letterSet(like(28, 1), 7), 7)).toEqual(grey.slice(0, 7));
  expect(new Set(grey.map(String)).size).toBe(40);
  const [color] = imagesOf(letterSet(like(28, 3), 1), 1);
  expect([...color].filter((_, i) => i % 3 === 2)).toEqual([...grey[0]]);
  expect([...color].filter((_, i) => i % 3 === 0)).toEqual([...grey[0]]);
});
