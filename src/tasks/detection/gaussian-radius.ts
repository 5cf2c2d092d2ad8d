import type { RadiusKind } from "./options.ts";

/**
 * Cells by which both corners of a box of `height` × `width` cells may be off so that it still has an IoU of `overlap` with the
 * box: the least of three cases - one corner in and one out, both in, both out (Law and Deng 2018, *CornerNet*, section 3.2).
 * `published` is what the released code of CornerNet and CenterNet computes: all three by (b + √(b² − 4ac)) / 2, which lacks
 * the division by a, and takes the larger root where the smaller one is meant; its radii are about three times as large.
 * @example
 * gaussianRadius(10, 10); // 2.73…
 * gaussianRadius(10, 10, "corrected"); // 0.82…
 */
export function gaussianRadius(height: number, width: number, kind: RadiusKind = "published", overlap = 0.7): number {
  const [sum, area] = [height + width, height * width];
  const cases = [
    { a: 1, b: sum, c: (area * (1 - overlap)) / (1 + overlap), smaller: true },
    { a: 4, b: 2 * sum, c: (1 - overlap) * area, smaller: true },
    { a: 4 * overlap, b: -2 * overlap * sum, c: (overlap - 1) * area, smaller: false },
  ];
  return Math.min(
    ...cases.map(({ a, b, c, smaller }) => {
      const root = Math.sqrt(b ** 2 - 4 * a * c);
      if (kind === "published") return (b + root) / 2;
      return (b + (smaller ? -root : root)) / (2 * a);
    }),
  );
}
