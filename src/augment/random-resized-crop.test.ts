import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { type Image, randomResizedCrop } from "./index.ts";
import { resizeBicubic } from "./resize.ts";

/** What Pillow makes of the same images; see make-resize-fixtures.py. */
const fixtures = JSON.parse(readFileSync(new URL("./fixtures/resize.json", import.meta.url), "utf8")) as {
  height: number;
  width: number;
  images: Record<"colour" | "grey", string>;
  resized: ["colour" | "grey", [number, number, number, number], [number, number], string][];
};
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));

test.each(fixtures.resized)("%s image, region %j at %j is Pillow's", (name, region, [height, width], expected) => {
  const { images, ...shape } = fixtures;
  const image = {
    height: shape.height,
    width: shape.width,
    channels: name === "grey" ? 1 : 3,
    data: bytes(images[name]),
  };
  const [top, left, tall, wide] = region;
  const made = resizeBicubic(image, { top, left, height: tall, width: wide }, { height, width });
  expect(made.data).toEqual(bytes(expected));
});

/** Each pixel says where it is: red its column, green its row. */
const places = (size: number): Image => ({
  height: size,
  width: size,
  channels: 3,
  data: Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [(pixel % size) * 8, Math.floor(pixel / size) * 8, 0][i % 3];
  }),
});

test("the result is one region, stretched: its area and shape within bounds", () => {
  const size = 24;
  const image = places(size);
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { data } = randomResizedCrop({ smallest: 0.2, largest: 0.6 }).apply(image, new Random(seed));
      const red = (x: number) => data[3 * x] / 8;
      const green = (y: number) => data[3 * y * size + 1] / 8;
      // Of the middle half, away from the edges where the filter is cut off.
      const [wide, tall] = [red, green].map((at) => 2 * (at(size * 0.75) - at(size * 0.25)));
      expect(wide * tall).toBeGreaterThan(0.2 * size * size * 0.8);
      expect(wide * tall).toBeLessThan(0.6 * size * size * 1.2);
      expect(Math.abs(Math.log(wide / tall))).toBeLessThan(Math.log((4 / 3) * 1.2));
      // A stretch: columns and rows know nothing of one another.
      const isStretch = data.every((value, i) => {
        const [x, y] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size)];
        return value === [data[3 * x], data[3 * y * size + 1], 0][i % 3];
      });
      expect(isStretch).toBe(true);
    }),
  );
});

test("areas are spread evenly, and the whole image comes back as it is", () => {
  const image = places(24);
  expect(randomResizedCrop({ smallest: 1, widest: 1 }).apply(image, new Random(1))).toBe(image);
  const random = new Random("areas");
  const sides = Array.from({ length: 500 }, () => {
    const { data } = randomResizedCrop({ widest: 1 }).apply(image, random);
    return (2 * (data[3 * 18] - data[3 * 6])) / 8 / 24;
  });
  const mean = sides.reduce((sum, side) => sum + side * side, 0) / sides.length;
  expect(mean).toBeGreaterThan(0.5);
  expect(mean).toBeLessThan(0.58);
});

test("options out of range are refused", () => {
  expect(() => randomResizedCrop({ smallest: 0 })).toThrow(UserError);
  expect(() => randomResizedCrop({ smallest: 0.5, largest: 0.4 })).toThrow(/areas from 0.5 to 0.4/);
  expect(() => randomResizedCrop({ widest: 0.5 })).toThrow(/widest 0.5 is below 1/);
});
