import { expect, test } from "vitest";
import { invertedInk, isWhiteOnBlack } from "./ink.ts";

const grey = (...data: number[]) => ({ height: 1, width: data.length, channels: 1, data: Uint8Array.from(data) });

test.each([
  ["digits", 1, 0.13, true],
  ["grey photos", 1, 0.48, false],
  ["dark colour photos", 3, 0.2, false],
])("%s: white on black is told by the training images", (_, channels, mean, expected) => {
  const shape = { height: 28, width: 28, channels };
  expect(isWhiteOnBlack({ shape, normalization: { mean: [mean], std: [1] } })).toBe(expected);
});

test("ink on paper becomes white on black, over the whole range", () => {
  expect([...invertedInk(grey(200, 210, 200, 50, 125, 200))!.data]).toEqual([0, 0, 0, 255, 127, 0]);
});

test("an empty sheet stays empty, and white on black as it is", () => {
  expect([...invertedInk(grey(255, 255, 255))!.data]).toEqual([0, 0, 0]);
  expect(invertedInk(grey(0, 0, 255, 10, 0))).toBeUndefined();
});
