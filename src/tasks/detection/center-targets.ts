import { gaussianRadius } from "./gaussian-radius.ts";
import type { RadiusKind } from "./options.ts";

/** Cells of the maps, and classes. */
export interface MapShape {
  /** K */
  readonly classes: number;
  /** h */
  readonly rows: number;
  /** w */
  readonly columns: number;
}

/** An object in cells. */
export interface CellBox {
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 … K − 1 */
  readonly index: number;
}

/**
 * T: numbers that are learnt of an image, maps [K + 5, h, w].
 * @example
 * const targets = new Float32Array(centerTargetSize({ classes: 20, rows: 16, columns: 16 }));
 */
export const centerTargetSize = ({ classes, rows, columns }: MapShape): number => (classes + 5) * rows * columns;

/**
 * What CenterNet learns of an image (Zhou et al. 2019, section 3), maps [K + 5, h, w]: heat of each class, the largest of the
 * objects' Gaussians, exactly 1 at the cell that a centre falls into; offset x and y of the centre within that cell; width and
 * height; 1 where there is a centre. A Gaussian reaches ⌊`gaussianRadius`⌋ = r cells each way and has σ = (2r + 1) / 6. Of two centres in
 * one cell the smaller object's offset and size are learnt.
 * @param out [(K + 5)·h·w] zeros, written to
 * @example
 * const shape = { classes: 2, rows: 16, columns: 16 };
 * const targets = new Float32Array(centerTargetSize(shape));
 * drawCenterTargets([{ x: 3, y: 4, width: 2.5, height: 3, index: 1 }], shape, "published", targets);
 */
export function drawCenterTargets(
  objects: readonly CellBox[],
  { classes, rows, columns }: MapShape,
  radius: RadiusKind,
  out: Float32Array,
): void {
  const cells = rows * columns;
  // The smaller ones last, so that they stay.
  for (const { x, y, width, height, index } of objects.toSorted((a, b) => b.width * b.height - a.width * a.height)) {
    const [centerX, centerY] = [x + width / 2, y + height / 2];
    const column = Math.min(columns - 1, Math.floor(centerX));
    const row = Math.min(rows - 1, Math.floor(centerY));
    const reach = Math.max(0, Math.floor(gaussianRadius(Math.ceil(height), Math.ceil(width), radius)));
    const variance = 2 * ((2 * reach + 1) / 6) ** 2;
    for (let v = Math.max(0, row - reach); v <= Math.min(rows - 1, row + reach); v++)
      for (let u = Math.max(0, column - reach); u <= Math.min(columns - 1, column + reach); u++) {
        const at = index * cells + v * columns + u;
        const heat = Math.exp(-((u - column) ** 2 + (v - row) ** 2) / variance);
        out[at] = Math.max(out[at], heat);
      }
    const cell = row * columns + column;
    for (const [i, value] of [centerX - column, centerY - row, width, height, 1].entries())
      out[(classes + i) * cells + cell] = value;
  }
}
