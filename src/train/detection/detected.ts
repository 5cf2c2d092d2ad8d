import type { ImageSet } from "../../core/index.ts";
import type { DeviatingBoxes } from "../../data/index.ts";
import { CENTER_NET_STRIDE } from "../../models/index.ts";
import type { FoundBox } from "../../tasks/index.ts";

/**
 * Boxes in cells as a column, in pixels and clipped to their images; what lies outside is left out. A box's doubt is the mean of its
 * sides' deviations over √(width · height): how far it would be off, in its own size.
 */
export function detectionsOf(
  { height, width, classNames }: Pick<ImageSet, "height" | "width" | "classNames">,
  found: readonly (readonly FoundBox[])[],
): DeviatingBoxes {
  const first = new Int32Array(found.length + 1);
  const rows: { readonly box: readonly number[]; readonly of: FoundBox }[] = [];
  for (const [image, own] of found.entries()) {
    for (const of of own) {
      const [left, upper] = [Math.max(0, of.x * CENTER_NET_STRIDE), Math.max(0, of.y * CENTER_NET_STRIDE)];
      const right = Math.min(width, (of.x + of.width) * CENTER_NET_STRIDE);
      const lower = Math.min(height, (of.y + of.height) * CENTER_NET_STRIDE);
      if (right > left && lower > upper) rows.push({ box: [left, upper, right - left, lower - upper], of });
    }
    first[image + 1] = rows.length;
  }
  const deviating = rows.some(({ of }) => of.deviation);
  const sides = Float64Array.from(
    rows.flatMap(({ of }) => [...(of.deviation?.sides ?? [])].map((cells) => cells * CENTER_NET_STRIDE)),
  );
  return {
    names: classNames,
    first,
    boxes: Float64Array.from(rows.flatMap(({ box }) => box)),
    index: Int32Array.from(rows, ({ of }) => of.index),
    score: Float64Array.from(rows, ({ of }) => of.score),
    ...(deviating && {
      doubt: Float64Array.from(rows, ({ box }, i) => {
        const mean = sides.subarray(4 * i, 4 * i + 4).reduce((sum, side) => sum + side / 4, 0);
        return mean / Math.sqrt(box[2] * box[3]);
      }),
      scoreDeviation: Float64Array.from(rows, ({ of }) => of.deviation!.score),
      sideDeviation: sides,
    }),
  };
}
