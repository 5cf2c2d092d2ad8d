import { describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import { corruptImage } from "./corrupt-image.ts";
import { benchmarks, type Image, severities } from "./corruption.ts";
import { corruptions } from "./table.ts";

/** A reproducible image: smooth shapes with some texture, so that blurs, noise and colours all show. */
function picture(height: number, width: number, channels: number, seed = 0): Image {
  const random = new Random("picture", seed);
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++, at++)
        data[at] = 128 + 70 * Math.sin(0.4 * x + c) * Math.cos(0.3 * y - c) + 50 * (random.uniform() - 0.5);
  return { height, width, channels, data };
}

const constant = (value: number, height: number, width: number, channels: number): Image => ({
  height,
  width,
  channels,
  data: new Uint8Array(height * width * channels).fill(value),
});

const edgeCases: [string, Image][] = [
  ["1×1", picture(1, 1, 3)],
  ["1×1 grey", picture(1, 1, 1)],
  ["wide", picture(5, 12, 3)],
  ["tall", picture(13, 4, 3)],
  ["a row", picture(1, 9, 3)],
  ["grey", picture(16, 16, 1)],
  ["black", constant(0, 10, 10, 3)],
  ["white", constant(255, 10, 10, 3)],
  ["constant grey", constant(100, 8, 8, 1)],
];

describe.each(corruptions)("$name", (corruption) => {
  const { name } = corruption;
  const small = picture(32, 32, 3);

  test.each(benchmarks)("five severities of %s: shape kept, input untouched, bytes repeat", async (benchmark) => {
    const before = small.data.slice();
    for (const severity of severities) {
      const once = await corruptImage(small, { name, severity, index: 3, benchmark });
      expect([once.height, once.width, once.channels, once.data.length]).toEqual([32, 32, 3, small.data.length]);
      expect(once.data).not.toBe(small.data);
      expect(small.data).toEqual(before);
      const again = await corruptImage(small, { name, severity, index: 3, benchmark });
      expect(again.data).toEqual(once.data);
      const other = await corruptImage(small, { name, severity, index: 4, benchmark });
      expect(Buffer.compare(once.data, other.data) === 0).toBe(!corruption.random);
    }
  });

  // A Buffer's `slice` is no copy.
  test.each([1, 3])("images of %i channels in a Buffer, as files are read into, stay untouched", async (channels) => {
    const { data } = picture(16, 16, channels);
    const held = Buffer.from(data);
    for (const severity of [1, 5] as const) {
      const image = { height: 16, width: 16, channels, data: held };
      const { data: corrupted } = await corruptImage(image, { name, severity, index: 0 });
      expect([...held]).toEqual([...data]);
      const plain = await corruptImage({ ...image, data }, { name, severity, index: 0 });
      expect([...corrupted]).toEqual([...plain.data]);
    }
  });

  test.each(edgeCases)("%s", async (_, image) => {
    for (const benchmark of benchmarks)
      for (const severity of [1, 5] as const) {
        const { data, height, width, channels } = await corruptImage(image, { name, severity, index: 0, benchmark });
        expect([height, width, channels]).toEqual([image.height, image.width, image.channels]);
        expect(data.length).toBe(image.data.length);
      }
  });
});
