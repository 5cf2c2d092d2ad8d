import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { corruptionByName } from "./corrupt-image.ts";
import type { Severity } from "./corruption.ts";

interface Fixture {
  readonly name: string;
  readonly severity: Severity;
  readonly height: number;
  readonly width: number;
  /** In base 64. */
  readonly bytes: string;
  /** Where the value before the cut is a whole number up to rounding errors: a byte may be one off. */
  readonly open: readonly number[];
}

/** What NumPy, SciPy and scikit-image make with the same draws; see make-bar-fixtures.py. */
const fixtures: Fixture[] = JSON.parse(readFileSync(new URL("./fixtures/bar.json", import.meta.url), "utf8"));

/** Multiples of the golden ratio, modulo 1, for random draws. */
function script(): Random {
  let k = 0;
  const uniform = () => (++k * 0.6180339887498949) % 1;
  const normal = () => 4 * uniform() - 2;
  const integer = (bound: number) => Math.floor(uniform() * bound);
  return { uniform, normal, integer, shuffle: <T>(items: T) => items } as unknown as Random;
}

function picture(height: number, width: number): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width, i % 3];
    const field = (Math.floor(x / 5) + Math.floor(y / 7)) % 2;
    return (7 * x + 13 * y + 50 * c + Math.floor((x * y) / 3) + 37 * field) % 256;
  });
}

describe("CIFAR-10-C-bar with scripted draws is what NumPy and SciPy make", () => {
  test.each(fixtures)(
    "$name, severity $severity, $height×$width",
    async ({ name, severity, height, width, ...made }) => {
      const { levels, apply } = corruptionByName(name);
      const image = { height, width, channels: 3, data: picture(height, width) };
      const { data } = await apply(image, levels.cifar[severity - 1], script(), {});
      const expected = Uint8Array.from(Buffer.from(made.bytes, "base64"));
      expect(data.length).toBe(expected.length);
      expect(Buffer.compare(expected, image.data)).not.toBe(0);
      const open = new Set(made.open);
      const wrong = [...data.keys()].filter((i) => Math.abs(data[i] - expected[i]) > (open.has(i) ? 1 : 0));
      expect(wrong).toEqual([]);
    },
  );
});

test("blue_noise_sample blackens the share of a normal deviate below its threshold", async () => {
  // Normal distribution function at −2.29, −2.08, −1.87, −1.45, −1.24.
  const stated = [0.01101, 0.01876, 0.03074, 0.07353, 0.10749];
  const { levels, apply } = corruptionByName("blue_noise_sample");
  const image = { height: 32, width: 32, channels: 1, data: new Uint8Array(1024).fill(200) };
  const copies = 150;
  for (const [i, level] of levels.cifar.entries()) {
    const shares: number[] = [];
    for (let n = 0; n < copies; n++) {
      const { data } = await apply(image, level, new Random("blue share", i, n), {});
      shares.push(data.filter((value) => value === 0).length / data.length);
    }
    const mean = shares.reduce((a, b) => a + b) / copies;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (copies - 1);
    // Five standard errors of the mean over images.
    expect(Math.abs(mean - stated[i])).toBeLessThan(5 * Math.sqrt(variance / copies));
  }
});
