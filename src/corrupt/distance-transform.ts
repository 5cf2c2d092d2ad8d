/** Costs of a step to the side, a diagonal one and a knight's move, in 1/65536 (Borgefors 1986, 5 × 5, for L2). */
const SIDE = Math.round(1 * 65536);
const DIAGONAL = Math.round(1.4 * 65536);
const KNIGHT = Math.round(2.1969 * 65536);
/** Further than anything. */
const FAR = (2 ** 31 - 1) >> 2;

/** OpenCV's `distanceTransform` (L2, mask 5): for every pixel of [H × W] about how far it is to the nearest 0. */
export function distanceTransform(
  bytes: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
): Float32Array {
  const stride = width + 4;
  const cost = new Int32Array(stride * (height + 4)).fill(FAR);
  const steps: [number, number][] = [
    [-2 * stride - 1, KNIGHT],
    [-2 * stride + 1, KNIGHT],
    [-stride - 2, KNIGHT],
    [-stride - 1, DIAGONAL],
    [-stride, SIDE],
    [-stride + 1, DIAGONAL],
    [-stride + 2, KNIGHT],
    [-1, SIDE],
  ];
  const offsets = Int32Array.from(steps, ([offset]) => offset);
  const costs = Int32Array.from(steps, ([, price]) => price);
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0, at = (y + 2) * stride + 2; x < width; x++, at++, from++) {
      let least = bytes[from] === 0 ? 0 : FAR;
      for (let k = 0; k < 8; k++) least = Math.min(least, cost[at + offsets[k]] + costs[k]);
      cost[at] = least;
    }
  const out = new Float32Array(height * width);
  for (let y = height - 1, to = out.length - 1; y >= 0; y--)
    for (let x = width - 1, at = (y + 2) * stride + 2 + x; x >= 0; x--, at--, to--) {
      let least = cost[at];
      for (let k = 0; k < 8; k++) least = Math.min(least, cost[at - offsets[k]] + costs[k]);
      cost[at] = least;
      out[to] = least / 65536;
    }
  return out;
}
