/** Costs of a step along an axis, of a diagonal one, and of a knight's move (Borgefors 1986, as OpenCV rounds them). */
const [STRAIGHT, DIAGONAL, KNIGHT] = [1, 1.4, 2.1969];
const BORDER = 2;
/** OpenCV counts in 16-bit fixed point, and this is as far as it goes. */
const SHIFT = 2 ** 16;
const FAR = 2 ** 31 - 1;

/** Distance of every pixel from the nearest zero, [H × W], by two passes of a 5×5 mask, in pixels. */
export function distanceTransform(image: Uint8Array, height: number, width: number): Float64Array {
  const [a, b, c] = [STRAIGHT, DIAGONAL, KNIGHT].map((cost) => Math.round(cost * SHIFT));
  const stride = width + 2 * BORDER;
  const map = new Float64Array((height + 2 * BORDER) * stride).fill(FAR);
  const before: readonly (readonly [number, number])[] = [
    [-2 * stride - 1, c],
    [-2 * stride + 1, c],
    [-stride - 2, c],
    [-stride - 1, b],
    [-stride, a],
    [-stride + 1, b],
    [-stride + 2, c],
    [-1, a],
  ];
  const relax = (at: number, sign: 1 | -1) => {
    let nearest = map[at];
    for (const [offset, cost] of before) nearest = Math.min(nearest, map[at + sign * offset] + cost);
    map[at] = nearest;
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y + BORDER) * stride + x + BORDER;
      if (image[y * width + x] === 0) map[at] = 0;
      else relax(at, 1);
    }
  const out = new Float64Array(height * width);
  for (let y = height - 1; y >= 0; y--)
    for (let x = width - 1; x >= 0; x--) {
      const at = (y + BORDER) * stride + x + BORDER;
      relax(at, -1);
      out[y * width + x] = map[at] / SHIFT;
    }
  return out;
}
