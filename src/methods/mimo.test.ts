import { describe, expect, test } from "vitest";
import { HostArray, Random } from "../core/index.ts";
import { createMethod } from "./index.ts";

const [count, members] = [8, 3];
const shape = { count, channels: 2, height: 1, width: 2, targetSize: 3 };
// Image n is made of n alone, and its label is n mod 3.
const batch = {
  images: Float32Array.from({ length: count * 4 }, (_, i) => Math.floor(i / 4)),
  targets: Float32Array.from({ length: count * 3 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
  truth: HostArray.float32(
    [count],
    Float32Array.from({ length: count }, (_, n) => n % 3),
  ),
};

/** [M][N] the images that the members see, of a batch that is fed; held to what else is fed of them. */
function seenBy(inputRepetitionProbability: number, seed = 0): number[][] {
  const method = createMethod({ name: "mimo", members, batchRepetitions: 1, inputRepetitionProbability });
  const { rows } = method.prepare(batch, shape, new Random(seed), () => {
    throw new Error("there are no references");
  });
  const { images } = rows.inputs;
  const { targets, truth } = rows.targets;
  expect(images.shape).toEqual([count, members * 2, 1, 2]);
  return Array.from({ length: members }, (_, m) =>
    Array.from({ length: count }, (_, n) => {
      const own = images.data.slice((n * members + m) * 4, (n * members + m + 1) * 4);
      expect(new Set(own).size).toBe(1);
      const label = (own[0] as number) % 3;
      expect([...targets.data.slice((n * members + m) * 3, (n * members + m + 1) * 3)]).toEqual(
        [0, 1, 2].map((k) => Number(k === label)),
      );
      expect(truth!.data[n * members + m]).toBe(label);
      return own[0] as number;
    }),
  );
}

describe("a batch of MIMO", () => {
  test("is each image once for every member, in an order of its own, with the image's own target", () => {
    const seen = seenBy(0);
    for (const own of seen) expect([...own].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(seen.map((own) => own.join())).size).toBe(members);
  });

  test.each([
    [0.5, 4],
    [0.6, 5],
    [1, 8],
  ])("repeats the input in a share ρ = %d of its rows: %d of 8", (ρ, alike) => {
    for (let seed = 0; seed < 5; seed++) {
      const seen = seenBy(ρ, seed);
      const shared = Array.from({ length: count }, (_, n) => new Set(seen.map((own) => own[n])).size === 1);
      expect(shared.slice(count - alike)).toEqual(Array(alike).fill(true));
      for (const own of seen) expect(new Set(own).size).toBe(count);
    }
    const first = (seed: number) => seenBy(ρ, seed).map((own) => own.slice(0, count - alike).join());
    if (ρ < 1) expect(Array.from({ length: 5 }, (_, seed) => new Set(first(seed)).size > 1)).toContain(true);
  });

  test("is a classification's", () => {
    const method = createMethod({ name: "mimo", members, batchRepetitions: 1, inputRepetitionProbability: 0 });
    expect([method.inputChannels(3), method.task.outputCount(10), method.anchored]).toEqual([9, 30, false]);
  });
});
