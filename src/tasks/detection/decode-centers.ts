import type { MapShape } from "./center-targets.ts";

/** What a detector sees on an image, in cells. */
export interface FoundBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly index: number;
  readonly score: number;
  /** Over references, where there are several: the standard deviation of the score, and of left, upper, right and lower side. */
  readonly deviation?: { readonly score: number; readonly sides: readonly [number, number, number, number] };
}

export interface DecodeOptions {
  /** The surest so many of all classes; 100, as CenterNet has it, where absent. */
  readonly most?: number;
  /** Those below are left out; none where absent. */
  readonly minScore?: number;
}

/**
 * The objects in maps (Zhou et al. 2019, section 4): cells whose heat no neighbour of the same class exceeds, the surest first; no
 * suppression follows. One of two equal neighbours' centres would be as good as the other, so both count, as in the
 * released code. Sides are of the offset and size at that cell.
 * @param maps [(K + 4)·h·w] of one image: heat 0 to 1, offsets, sizes
 * @param spread [(K + 4)·h·w] deviations of heat and sides, where there are several references
 * @example
 * const shape = { classes: 2, rows: 16, columns: 16 };
 * const found = decodeCenters(new Float32Array(6 * 16 * 16), undefined, shape, { minScore: 0.3 });
 */
export function decodeCenters(
  maps: Float32Array,
  spread: Float32Array | undefined,
  { classes, rows, columns }: MapShape,
  { most = 100, minScore = 0 }: DecodeOptions = {},
): FoundBox[] {
  const cells = rows * columns;
  const peaks: number[] = [];
  for (let at = 0; at < classes * cells; at++)
    if (maps[at] >= minScore && isPeak(maps, at, rows, columns)) peaks.push(at);
  // Sorting is stable: of equals the first class and cell stays first.
  peaks.sort((a, b) => maps[b] - maps[a]);
  return peaks.slice(0, most).map((at) => {
    const cell = at % cells;
    const value = (channel: number) => maps[(classes + channel) * cells + cell];
    const [x, y] = [(cell % columns) + value(0), Math.floor(cell / columns) + value(1)];
    const [width, height] = [Math.max(0, value(2)), Math.max(0, value(3))];
    const side = (channel: number) => spread![(classes + channel) * cells + cell];
    return {
      ...{ x: x - width / 2, y: y - height / 2, width, height },
      index: Math.floor(at / cells),
      score: maps[at],
      ...(spread && { deviation: { score: spread[at], sides: [side(0), side(1), side(2), side(3)] as const } }),
    };
  });
}

function isPeak(maps: Float32Array, at: number, rows: number, columns: number): boolean {
  const cell = at % (rows * columns);
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  for (let v = Math.max(0, row - 1); v <= Math.min(rows - 1, row + 1); v++)
    for (let u = Math.max(0, column - 1); u <= Math.min(columns - 1, column + 1); u++)
      if (maps[at + (v - row) * columns + (u - column)] > maps[at]) return false;
  return true;
}
