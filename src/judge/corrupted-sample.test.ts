import { expect, onTestFinished, test } from "vitest";
import { type ImageSet, Random } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { CorruptionPool, corruptImage, type Severity } from "../corrupt/index.ts";
import { corruptedSample } from "./corrupted-sample.ts";

const random = new Random("corrupted-sample.test");
const count = 11;
const set: ImageSet = {
  ...{ name: "own/test", height: 8, width: 8, channels: 3, classNames: ["a", "b"] },
  images: Uint8Array.from({ length: count * 192 }, () => random.integer(256)),
  // The row of each image can be told by its label.
  labels: Int32Array.from({ length: count }, (_, row) => row),
};
const cells = [
  { name: "fog", severity: 3, benchmark: "cifar" },
  { name: "gaussian_noise", severity: 1, benchmark: "cifar" },
  { name: "contrast", severity: 5, benchmark: "cifar" },
];

test("every test image once, under each of the cells in turn, as corruptImage damages it", async () => {
  const pool = new CorruptionPool({ threads: 1 });
  onTestFinished(() => pool.destroy());
  const sample = await corruptedSample(set, cells, pool);
  expect(sample.name).toBe("own/test/corrupted");
  expect([...sample.labels].sort((a, b) => a - b)).toEqual([...set.labels]);
  const bytes = allBytes(sample);
  const sizes = [4, 4, 3];
  let at = 0;
  for (const [c, size] of sizes.entries())
    for (let index = 0; index < size; index++, at++) {
      const { name, severity } = cells[c];
      const data = (set.images as Uint8Array).subarray(sample.labels[at] * 192, (sample.labels[at] + 1) * 192);
      const image = { height: 8, width: 8, channels: 3, data };
      const made = await corruptImage(image, { name, severity: severity as Severity, index, benchmark: "cifar" });
      expect([name, ...bytes.subarray(at * 192, (at + 1) * 192)]).toEqual([name, ...made.data]);
    }
  expect(allBytes(await corruptedSample(set, cells, pool))).toEqual(bytes);
});
