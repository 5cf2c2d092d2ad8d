import { afterAll, expect, test } from "vitest";
import { type ImageSet, Random, subset } from "../core/index.ts";
import { allBytes } from "../core/internal.ts";
import { corruptImage } from "./corrupt-image.ts";
import { CorruptionPool } from "./pool.ts";
import { corruptionSuite } from "./suite.ts";

const COUNT = 300;
const random = new Random("pool test");
const set: ImageSet = {
  name: "toy/test",
  height: 8,
  width: 8,
  channels: 3,
  images: Uint8Array.from({ length: COUNT * 192 }, () => random.integer(256)),
  labels: new Int32Array(COUNT),
  classNames: ["a", "b"],
};
const pool = new CorruptionPool({ threads: 2 });
afterAll(() => pool.destroy());

test.each(["gaussian_noise", "jpeg_compression"])(
  "%s: threads give the bytes that one image alone gives",
  async (name) => {
    const corrupted = await pool.corrupt(set, { name, severity: 4 });
    expect(corrupted.name).toBe(`toy/test/${name}-4`);
    expect(corrupted.labels).toBe(set.labels);
    for (const index of [0, 124, 125, 299]) {
      const data = allBytes(set).subarray(index * 192, (index + 1) * 192);
      const alone = await corruptImage({ height: 8, width: 8, channels: 3, data }, { name, severity: 4, index });
      expect([...allBytes(corrupted).subarray(index * 192, (index + 1) * 192)]).toEqual([...alone.data]);
    }
  },
);

test("the suite comes in order, each cell as if made alone, with progress to the end", async () => {
  const few = subset(set, [0, 1, 2]);
  const seen: string[] = [];
  let last = { done: 0, total: 0 };
  const suite = corruptionSuite(few, pool, {
    corruptions: ["contrast", "gaussian_noise"],
    severities: [1, 5],
    onProgress: (progress) => {
      last = progress;
    },
  });
  for await (const { corruption, severity, set: corrupted } of suite) {
    seen.push(`${corruption} ${severity}`);
    expect(corrupted.images).toEqual((await pool.corrupt(few, { name: corruption, severity })).images);
  }
  expect(seen).toEqual(["contrast 1", "contrast 5", "gaussian_noise 1", "gaussian_noise 5"]);
  expect(last).toMatchObject({ done: 12, total: 12 });
});

test("an unknown corruption and an aborted signal end it", async () => {
  await expect(pool.corrupt(set, { name: "rain", severity: 1 })).rejects.toThrow(
    /unknown corruption "rain"; known: gauss/,
  );
  const reason = new Error("stop");
  const signal = AbortSignal.abort(reason);
  await expect(pool.corrupt(set, { name: "gaussian_noise", severity: 1, signal })).rejects.toBe(reason);
});
