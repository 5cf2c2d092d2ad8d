import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { antiAliasedLine } from "./anti-aliased-line.ts";
import { canny } from "./canny.ts";
import { clippedZoom } from "./clipped-zoom.ts";
import { corruptImage } from "./corrupt-image.ts";
import { severities } from "./corruption.ts";
import { splineCoefficients } from "./cubic-spline.ts";
import { diskKernel } from "./disk-kernel.ts";
import { distanceTransform } from "./distance-transform.ts";
import { toUnit } from "./pixels.ts";
import { warpCorners } from "./resample.ts";
import { equalized, shineOfDrops } from "./water.ts";

/** What NumPy, SciPy, scikit-image, OpenCV and Pillow make of the same image; see make-fixtures.py. */
const fixtures = JSON.parse(readFileSync(new URL("./fixtures/corruptions.json", import.meta.url), "utf8")) as {
  /** Bytes in base 64, here and below. */
  image: string;
  corruptions: Record<string, string[]>;
  pieces: Record<"canny" | "equalized", string> &
    Record<"distance" | "zoomCrop" | "spline" | "line" | "disk10" | "moved" | "warped", number[]> &
    Record<"chromatic" | "liquids" | "waters", number[][]>;
};
const { pieces } = fixtures;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const SIZE = 32;
const image = { height: SIZE, width: SIZE, channels: 3, data: bytes(fixtures.image) };
const grey = image.data.filter((_, i) => i % 3 === 0);
const unitGrey = Float64Array.from(grey, (byte) => byte / 255);

/** Largest difference of a byte, and how many bytes differ at all. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>) {
  let [largest, count] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i] - expected[i]);
    if (gap > 0) count++;
    largest = Math.max(largest, gap);
  }
  return { largest, share: count / expected.length };
}

/**
 * The share of bytes that may be one off: sums are float32 there, and bytes are cut off, not rounded, so that the last bit
 * of a whole number decides.
 */
const mayDiffer: Record<string, number> = { zoom_blur: 0.001 };

describe.each(Object.keys(fixtures.corruptions))("%s as the published libraries make it", (name) => {
  test.each(severities)("severity %i", async (severity) => {
    const { data } = await corruptImage(image, { name, severity, index: 0, benchmark: "cifar" });
    const { largest, share } = differences(data, bytes(fixtures.corruptions[name][severity - 1]));
    expect(largest).toBeLessThanOrEqual(1);
    expect(share).toBeLessThanOrEqual(mayDiffer[name] ?? 0);
  });
});

describe("pieces", () => {
  const close = (actual: ArrayLike<number>, expected: readonly number[], digits: number) => {
    expect(actual.length).toBe(expected.length);
    for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits);
  };
  test("Canny's edges are OpenCV's", () => {
    const expected = bytes(pieces.canny);
    expect(canny(grey, SIZE, SIZE, 50, 150)).toEqual(expected);
    expect(expected.filter(Boolean).length).toBeGreaterThan(50);
  });
  test("the distance transform is OpenCV's", () => {
    close(
      distanceTransform(
        bytes(pieces.canny).map((edge) => 255 - edge),
        SIZE,
        SIZE,
      ),
      pieces.distance,
      4,
    );
  });
  test("histogram equalisation is OpenCV's", () => expect(equalized(grey)).toEqual(bytes(pieces.equalized)));
  test("the shine of water is the published script's", () => {
    for (const [i, liquid] of pieces.liquids.entries())
      close(shineOfDrops(Float64Array.from(liquid), SIZE, SIZE), pieces.waters[i], 6);
  });
  test("the affine warp is OpenCV's, which computes in float32", () => {
    const [corners, shifts] = [[26, 26, 26, 6, 6, 6], [...pieces.moved]];
    let next = 0;
    const shift = () => shifts[next] - corners[next++];
    close(warpCorners(toUnit(image), shift).data, pieces.warped, 5);
  });
  test("the clipped zoom is SciPy's", () => {
    close(clippedZoom(unitGrey, { height: SIZE, width: SIZE, channels: 1 }, 2.25), pieces.zoomCrop, 8);
  });
  test("spline coefficients are SciPy's", () => {
    close(splineCoefficients(unitGrey, { height: SIZE, width: SIZE, channels: 1 }), pieces.spline, 8);
  });
  test("the defocus kernel beyond a radius of 8 is OpenCV's", () =>
    close(diskKernel(10, 0.5).weights, pieces.disk10, 6));
  test("anti-aliased lines are scikit-image's", () => {
    const plotted: number[][] = [];
    antiAliasedLine({ x: -4, y: 3 }, { x: 25, y: 20 }, (...place) => plotted.push(place));
    const expected = Array.from({ length: pieces.line.length / 3 }, (_, i) => pieces.line.slice(3 * i, 3 * i + 3));
    const inOrder = (places: number[][]) => places.sort(([ax, ay], [bx, by]) => ax - bx || ay - by).flat();
    // It keeps the length of the line in float32.
    close(inOrder(plotted), inOrder(expected), 6);
  });
  test("the zooms of the colour channels are SciPy's, without prefilter", () => {
    const draws = Array.from({ length: 40 }, (_, index) => index);
    const seen = new Set<number>();
    for (const index of draws) {
      const options = { name: "transverse_chromatic_abberation", severity: 5, index, benchmark: "cifar" } as const;
      const { data } = corruptImage({ ...image, channels: 1, data: grey }, options) as { data: Uint8Array };
      // A grey image gets one of the three zooms of severity 5: 1, 1.25 or 1.5.
      // Where a weighted sum is half a byte, the order of its terms decides which way it is rounded.
      const which = pieces.chromatic.findIndex((zoomed) => differences(data, zoomed).share < 0.003);
      expect(which).toBeGreaterThanOrEqual(0);
      seen.add(which);
    }
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});
