import { canny } from "./canny.ts";
import { distanceTransform } from "./distance-transform.ts";
import { equalizeHistogram } from "./equalize-histogram.ts";
import { reflect101 } from "./filter.ts";

interface Size {
  readonly height: number;
  readonly width: number;
}

const BOX = [1, 1, 1, 1, 1, 1, 1, 1, 1];
/** Lights the drops from the upper left. */
const RELIEF = [-2, -1, 0, -1, 1, 1, 0, 1, 2];
/** Pixels beyond which a drop is no thicker. */
const DEEPEST = 20;

/**
 * How much water covers each pixel, [H × W] in [0, 1], from a liquid layer [H × W]: its brightness times a relief of the
 * distance to the drops' edges. All 0 where there is no liquid.
 */
export function waterShare(liquid: Float64Array, size: Size): Float64Array {
  // NumPy's cast: the few values of 1 and more run over, as in the published images.
  const drops = Uint8Array.from(liquid, (value) => Math.trunc(value * 255));
  const edges = canny(drops, size, { low: 50, high: 150 });
  const distance = distanceTransform(
    edges.map((edge) => 255 - edge),
    size,
  ).map((value) => Math.min(value, DEEPEST));
  const depth = Uint8Array.from(correlate3x3(distance, size, BOX), (sum) => Math.fround(sum * (1 / 9)));
  const relief = new Uint8ClampedArray(correlate3x3(equalizeHistogram(depth), size, RELIEF));
  const light = correlate3x3(relief, size, BOX);
  const share = new Float64Array(drops.length);
  let greatest = 0;
  for (let i = 0; i < share.length; i++) {
    share[i] = drops[i] * Math.round(light[i] / 9);
    if (share[i] > greatest) greatest = share[i];
  }
  // The original divides 0 by 0 here, and the image is lost.
  if (greatest === 0) return share;
  return share.map((value) => value / greatest);
}

/** [H × W] correlated with 3 × 3 weights, border `reflect101`. */
function correlate3x3(values: ArrayLike<number>, { height, width }: Size, weights: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  for (let y = 0, to = 0; y < height; y++) {
    const above = reflect101(y - 1, height) * width;
    const here = y * width;
    const below = reflect101(y + 1, height) * width;
    for (let x = 0; x < width; x++, to++) {
      const left = reflect101(x - 1, width);
      const right = reflect101(x + 1, width);
      out[to] =
        weights[0] * values[above + left] +
        weights[1] * values[above + x] +
        weights[2] * values[above + right] +
        weights[3] * values[here + left] +
        weights[4] * values[here + x] +
        weights[5] * values[here + right] +
        weights[6] * values[below + left] +
        weights[7] * values[below + x] +
        weights[8] * values[below + right];
    }
  }
  return out;
}
