import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { colorJitter, jitters } from "./color-jitter.ts";
import type { Image } from "./index.ts";

type Jitter = keyof typeof jitters;

/** What Pillow makes of the same images; see make-jitter-fixtures.py. */
const fixtures = JSON.parse(readFileSync(new URL("./fixtures/color-jitter.json", import.meta.url), "utf8")) as {
  height: number;
  width: number;
  images: Record<"colour" | "grey", string>;
  jittered: ["colour" | "grey", [Jitter, number][], string][];
  cubeStep: number;
  cubeHues: [number, string][];
};
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const imageOf = (name: "colour" | "grey"): Image => ({
  height: fixtures.height,
  width: fixtures.width,
  channels: name === "grey" ? 1 : 3,
  data: bytes(fixtures.images[name]),
});

test.each(fixtures.jittered)("%s image by %j is Pillow's", (name, steps, expected) => {
  const made = steps.reduce((image, [jitter, amount]) => jitters[jitter](image, amount), imageOf(name));
  expect(made.data).toEqual(bytes(expected));
});

const levels = Array.from({ length: Math.floor(255 / fixtures.cubeStep) + 1 }, (_, i) => i * fixtures.cubeStep);
const cube = Uint8Array.from(levels.flatMap((r) => levels.flatMap((g) => levels.flatMap((b) => [r, g, b]))));

test.each(fixtures.cubeHues)("the hue of colours all over the cube turned by %f is Pillow's", (shift, sha256) => {
  const turned = jitters.hue({ height: 1, width: cube.length / 3, channels: 3, data: cube }, shift);
  expect(createHash("sha256").update(turned.data).digest("hex")).toBe(sha256);
});

const grey: Image = { height: 1, width: 1, channels: 1, data: Uint8Array.of(100) };

test("factors are uniform in [1 − amount, 1 + amount], never below 0", () => {
  const random = new Random("jitter");
  const only = { contrast: 0, saturation: 0, hue: 0 };
  const drawn = (amount: number) =>
    Array.from({ length: 4000 }, () => colorJitter({ ...only, brightness: amount }).apply(grey, random).data[0]);
  const moderate = drawn(0.4);
  expect([Math.min(...moderate), Math.max(...moderate)]).toEqual([60, 139]);
  // Four standard errors of a mean, each value cut off by half a step on average.
  const mean = moderate.reduce((a, b) => a + b, 0) / moderate.length;
  expect(Math.abs(mean + 0.5 - 100)).toBeLessThan((4 * 80) / Math.sqrt(12 * 4000));
  // Factors from 0, not from −0.5, to 2.5: two fifths of them below 1, and no more than chance at 0.
  const strong = drawn(1.5);
  expect(strong.filter((value) => value === 0).length).toBeLessThan(60);
  expect(Math.abs(strong.filter((value) => value < 100).length / 4000 - 0.4)).toBeLessThan(4 * Math.sqrt(0.24 / 4000));
});

test("hue and saturation leave a grey image as it is; amounts of 0 leave every image", () => {
  const random = new Random("still");
  const data = Uint8Array.from({ length: 25 }, (_, i) => 10 * i);
  const image = { height: 5, width: 5, channels: 1, data };
  expect(colorJitter({ brightness: 0, contrast: 0, saturation: 5, hue: 0.5 }).apply(image, random).data).toEqual(data);
  const colour = imageOf("colour");
  expect(colorJitter({ brightness: 0, contrast: 0, saturation: 0, hue: 0 }).apply(colour, random)).toBe(colour);
});

test("all four in random order, each by a draw of its own", () => {
  const image = imageOf("colour");
  const amounts = { brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1 };
  const orders = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const out = colorJitter(amounts).apply(image, new Random(seed));
    const random = new Random(seed);
    const order = random.shuffle(Object.keys(jitters) as Jitter[]);
    orders.add(order.join());
    let expected = image;
    for (const name of order) {
      const middle = name === "hue" ? 0 : 1;
      const [low, high] = [middle - amounts[name], middle + amounts[name]];
      expected = jitters[name](expected, low + (high - low) * random.uniform());
    }
    expect(out).toEqual(expected);
  }
  expect(orders.size).toBe(24);
});

test("wrong amounts are refused", () => {
  expect(() => colorJitter({ brightness: -1 })).toThrow(/brightness -1 is not a number ≥ 0; e.g. 0.4/);
  expect(() => colorJitter({ contrast: Number.NaN })).toThrow(UserError);
  expect(() => colorJitter({ hue: 0.6 })).toThrow(/hue 0.6 is above 0.5/);
});
