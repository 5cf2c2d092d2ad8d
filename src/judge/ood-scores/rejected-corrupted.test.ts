import { expect, test } from "vitest";
import { type Confidences, keepingThreshold, rejectedShare } from "./confidences.ts";
import { rejectedCorrupted } from "./rejected-corrupted.ts";
import type { CorruptedSource } from "./sources.ts";

const values = (...numbers: number[]) => Float64Array.from(numbers);

test("the threshold keeps 95 % of the known images, and ties at it", () => {
  const known = Float64Array.from({ length: 40 }, (_, i) => i);
  const threshold = keepingThreshold(known);
  expect(threshold).toBe(2);
  expect(rejectedShare(threshold, known)).toBe(0.05);
  expect(rejectedShare(threshold, values(2, 1.5, 3, -1))).toBe(0.5);
});

test("corrupted images: the mean over kinds at each severity; a score that one set lacks has no means", async () => {
  const scored: Record<string, Confidences["of"]> = {
    "fog-5": new Map([["gen", values(0, 0, 1, 1)]]),
    "snow-1": new Map([
      ["gen", values(1, 1, 1, 0)],
      ["knn", values(1, 1, 1, 1)],
    ]),
    "snow-5": new Map([["gen", values(0, 0, 0, 0)]]),
  };
  const sources = Object.keys(scored).map((set) => ({ set, severity: Number(set.at(-1)) }) as CorruptedSource);
  const thresholds = new Map([
    ["gen", 0.5],
    ["knn", 0.5],
  ]);
  const { of, absent } = await rejectedCorrupted(sources, thresholds, async ({ set }) => ({
    ...{ set, images: 4, of: scored[set] },
    absent: new Map([["knn", "needs features"]]),
  }));
  expect(of.get("gen")).toEqual([
    { severity: 1, kinds: 1, share: 0.25 },
    { severity: 5, kinds: 2, share: 0.75 },
  ]);
  expect([of.has("knn"), absent.get("knn")]).toEqual([false, "snow-5: needs features"]);
});
