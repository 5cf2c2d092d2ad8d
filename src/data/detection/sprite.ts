/** A drawing as it lies on a scene. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] RGBA, straight alpha; no row or column at the edge is all transparent. */
  readonly rgba: Uint8Array;
  /** x, y, width, height: tight around what is solid. */
  readonly box: readonly [number, number, number, number];
}

/** Half covered at least: what is less is the blur of an edge, up to a pixel wide. */
export const isSolid = (alpha: number): boolean => alpha >= 128;

/**
 * A square drawing at another size, turned: each pixel is the mean of the drawing over its area, by samples of half a
 * drawing's pixel at least.
 * @param drawing [from, from, 4] RGBA, straight alpha
 * @param size side that the drawing has afterwards, pixels
 * @param angle radians, clockwise
 * @returns `undefined` where nothing of it is to be seen
 */
export function spriteOf(drawing: Uint8Array, from: number, size: number, angle: number): Sprite | undefined {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const side = Math.ceil(size * (Math.abs(cos) + Math.abs(sin)));
  const samples = Math.max(1, Math.ceil(from / size));
  const scale = from / size;
  const rgba = new Uint8Array(4 * side * side);
  const sum = new Float64Array(4);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      sum.fill(0);
      for (let j = 0; j < samples; j++)
        for (let i = 0; i < samples; i++) {
          const [right, down] = [x + (i + 0.5) / samples - side / 2, y + (j + 0.5) / samples - side / 2];
          addSample(
            drawing,
            from,
            (cos * right + sin * down) * scale + from / 2,
            (cos * down - sin * right) * scale + from / 2,
            sum,
          );
        }
      const at = 4 * (y * side + x);
      const alpha = sum[3] / samples ** 2;
      rgba[at + 3] = Math.round(alpha);
      if (rgba[at + 3] > 0) for (let c = 0; c < 3; c++) rgba[at + c] = Math.round((255 * sum[c]) / sum[3]);
    }
  return trimmed(rgba, side);
}

/** Adds the drawing at a point, between its pixels' centres linearly: colour times alpha, and alpha, 0 to 255. */
function addSample(drawing: Uint8Array, size: number, x: number, y: number, sum: Float64Array): void {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [across, down] = [x - 0.5 - left, y - 0.5 - top];
  for (let j = 0; j < 2; j++)
    for (let i = 0; i < 2; i++) {
      const [column, row] = [left + i, top + j];
      if (column < 0 || row < 0 || column >= size || row >= size) continue;
      const at = 4 * (row * size + column);
      const alpha = (i === 0 ? 1 - across : across) * (j === 0 ? 1 - down : down) * drawing[at + 3];
      for (let c = 0; c < 3; c++) sum[c] += (alpha / 255) * drawing[at + c];
      sum[3] += alpha;
    }
}

function trimmed(rgba: Uint8Array, side: number): Sprite | undefined {
  const solid = bounds(rgba, side, isSolid);
  if (!solid) return undefined;
  const [left, top, width, height] = bounds(rgba, side, (alpha) => alpha > 0)!;
  const own = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * side + left);
    own.set(rgba.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { width, height, rgba: own, box: [solid[0] - left, solid[1] - top, solid[2], solid[3]] };
}

/** x, y, width, height of the pixels whose alpha counts; `undefined` where there is none. */
function bounds(
  rgba: Uint8Array,
  side: number,
  counts: (alpha: number) => boolean,
): [number, number, number, number] | undefined {
  let [left, top, right, bottom] = [side, side, -1, -1];
  for (let p = 0; p < side * side; p++) {
    if (!counts(rgba[4 * p + 3])) continue;
    const [x, y] = [p % side, Math.floor(p / side)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  return right < 0 ? undefined : [left, top, right - left + 1, bottom - top + 1];
}
