import { describe, expect, test } from "vitest";
import { HostArray, Random, UserError } from "../core/index.ts";
import {
  checkMasking,
  drawMask,
  type MaskingOptions,
  maskProbabilityAt,
  maskStatisticsOf,
  neutralWhereMasked,
} from "./masking.ts";

describe.each<[string, MaskingOptions, number[]]>([
  ["constant", { maskProbability: 0.4 }, [0.4, 0.4, 0.4, 0.4, 0.4]],
  ["late", { maskProbability: 0.4, maskFrom: 0.5 }, [0, 0, 0.4, 0.4, 0.4]],
  ["rising over all of training", { maskProbability: 0.4, maskTo: 1 }, [0, 0.1, 0.2, 0.3, 0.4]],
  ["rising in the second quarter", { maskProbability: 0.4, maskFrom: 0.25, maskTo: 0.5 }, [0, 0, 0.4, 0.4, 0.4]],
])("α, %s", (_, options, expected) => {
  test("at 0, ¼, ½, ¾ and 1 of the training", () => {
    [0, 0.25, 0.5, 0.75, 1].forEach((progress, i) => {
      expect(maskProbabilityAt(options, progress)).toBeCloseTo(expected[i], 12);
    });
  });

  test.each(["batch", "image"] as const)("is the share that is masked by %s", (maskBy) => {
    const masks = Array.from({ length: 200 }, (_, i) =>
      drawMask({ ...options, maskBy }, 8, 0.75, new Random("masking test", i)),
    );
    expect(masks[0].shape).toEqual(maskBy === "batch" ? [] : [8, 1, 1, 1]);
    const all = masks.flatMap(({ data }) => [...data]);
    expect(new Set(all)).toEqual(new Set([0, 1]));
    const share = all.reduce((a, b) => a + b) / all.length;
    expect(Math.abs(share - expected[3])).toBeLessThan(maskBy === "batch" ? 0.1 : 0.04);
  });
});

test("each part of a batch is masked by a draw of its own", () => {
  const masks = Array.from({ length: 400 }, (_, i) => [
    ...drawMask({ maskProbability: 0.25, maskDraws: 4 }, 8, 1, new Random("mask draws", i)).data,
  ]);
  for (const mask of masks) expect(mask.filter((_, i) => i % 2 === 0)).toEqual(mask.filter((_, i) => i % 2 === 1));
  const parts = masks.flatMap((mask) => mask.filter((_, i) => i % 2 === 0));
  expect(Math.abs(parts.reduce((a, b) => a + b) / parts.length - 0.25)).toBeLessThan(0.04);
  // All four are masked in α⁴ of the batches, not in α of them.
  expect(masks.filter((mask) => mask.every((masked) => masked === 1)).length).toBeLessThan(10);
});

test("the rise ends where it starts or later", () => {
  expect(() => checkMasking({ maskProbability: 0.5, maskFrom: 0.5, maskTo: 0.5 })).not.toThrow();
  expect(() => checkMasking({ maskProbability: 0.5, maskFrom: 0.5, maskTo: 0.2 })).toThrow(UserError);
  expect(() => checkMasking({ maskProbability: 0.5, maskFrom: 0.5, maskTo: 0.2 })).toThrow(
    "method.maskTo 0.2: before method.maskFrom 0.5",
  );
});

test("masked batches leave running statistics alone by default, images cannot", () => {
  expect(maskStatisticsOf({})).toBe("ordinary");
  expect(maskStatisticsOf({ maskBy: "image" })).toBe("all");
  expect(maskStatisticsOf({ maskDraws: 2 })).toBe("all");
  expect(maskStatisticsOf({ maskStatistics: "all" })).toBe("all");
  expect(() => checkMasking({ maskProbability: 0.5, maskDraws: 2, maskStatistics: "ordinary" })).toThrow(
    "method.maskStatistics ordinary: with method.maskDraws 2 masked images share batches",
  );
  expect(() => checkMasking({ maskProbability: 0.5, maskDraws: 2, maskBy: "image" })).toThrow(
    "method.maskDraws 2: method.maskBy image draws for every image already",
  );
  expect(() => checkMasking({ maskProbability: 0.5, maskBy: "image", maskStatistics: "all" })).not.toThrow();
  expect(() => checkMasking({ maskProbability: 0.5, maskBy: "image", maskStatistics: "ordinary" })).toThrow(
    "method.maskStatistics ordinary: with method.maskBy image masked images share batches",
  );
});

test("masked images, and they alone, get uniform targets", () => {
  const targets = Float32Array.of(1, 0, 0, 1);
  expect(neutralWhereMasked(targets, HostArray.scalar(1), { size: 2, neutral: 0.5 })).toEqual(
    Float32Array.of(0.5, 0.5, 0.5, 0.5),
  );
  expect(neutralWhereMasked(targets, HostArray.scalar(0), { size: 2, neutral: 0.5 })).toEqual(targets);
  expect(neutralWhereMasked(targets, HostArray.float32([2, 1, 1, 1], [0, 1]), { size: 2, neutral: 0.5 })).toEqual(
    Float32Array.of(1, 0, 0.5, 0.5),
  );
});
