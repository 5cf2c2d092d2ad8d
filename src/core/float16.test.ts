import { expect, test } from "vitest";
import { float16Bits, float16Value } from "./float16.ts";

test("all float16 survive the way to a number and back", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = float16Value(bits);
    if (Number.isNaN(value)) expect(float16Value(float16Bits(value))).toBeNaN();
    else if (float16Bits(value) !== bits) expect.fail(`${bits} became ${float16Bits(value)}`);
  }
});

test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [-0, 0x8000],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [2 ** -14 - 2 ** -26, 0x0400],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -12, 0x4000],
])("%d is rounded to the nearest, ties to even", (value, bits) => {
  expect(float16Bits(value)).toBe(bits);
});

test("between two neighbours the nearer one is taken", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [float16Value(bits), float16Value(bits + 1)];
    if (float16Bits(low + 0.49 * (high - low)) !== bits) expect.fail(`above ${low}`);
    if (float16Bits(low + 0.51 * (high - low)) !== bits + 1) expect.fail(`below ${high}`);
  }
});
