import { canny } from "./canny.ts";
import { distanceTransform } from "./distance-transform.ts";
import { reflect101 } from "./filter.ts";

/** Beyond this distance from its edge, in pixels, a drop shines no more. */
const DEEPEST = 20;

/**
 * How much drops shine, [H × W] with a largest value of 1, from a layer of liquid: brightest along one side of their
 * edges. All 0 without drops, where the published script divides by zero.
 */
export function shineOfDrops(liquid: Float64Array, height: number, width: number): Float64Array {
  // NumPy's cast: the few values of 1 and more run over, as in the published images.
  const drops = Uint8Array.from(liquid, (value) => Math.trunc(value * 255));
  const edges = canny(drops, height, width, 50, 150);
  const distance = distanceTransform(
    edges.map((edge) => 255 - edge),
    height,
    width,
  ).map((value) => Math.min(value, DEEPEST));
  const near = equalized(Uint8Array.from(boxMean(distance, height, width), Math.trunc));
  const embossed = boxMean(emboss(near, height, width), height, width).map(Math.round);
  const shine = embossed.map((value, p) => value * drops[p]);
  const largest = shine.reduce((a, b) => Math.max(a, b), 0);
  return largest > 0 ? shine.map((value) => value / largest) : shine;
}

/** Mean of 3×3 neighbours, border reflect-101. */
function boxMean(data: ArrayLike<number>, height: number, width: number): Float64Array {
  return neighbours(data, height, width, [1, 1, 1, 1, 1, 1, 1, 1, 1]).map((sum) => sum / 9);
}

const EMBOSS = [-2, -1, 0, -1, 1, 1, 0, 1, 2];

/** Cut to bytes, as OpenCV's filter of a byte image. */
const emboss = (data: Uint8Array, height: number, width: number): Uint8Array =>
  Uint8Array.from(neighbours(data, height, width, EMBOSS), (sum) => Math.min(Math.max(sum, 0), 255));

function neighbours(data: ArrayLike<number>, height: number, width: number, kernel: readonly number[]): Float64Array {
  const out = new Float64Array(height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      for (let k = 0; k < 9; k++) {
        if (kernel[k] === 0) continue;
        const row = reflect101(y + Math.floor(k / 3) - 1, height);
        out[at] += kernel[k] * data[row * width + reflect101(x + (k % 3) - 1, width)];
      }
  return out;
}

/** OpenCV's histogram equalisation: the darkest level that occurs becomes 0, the brightest 255. */
export function equalized(grey: Uint8Array): Uint8Array {
  const counts = new Int32Array(256);
  for (const value of grey) counts[value]++;
  const first = counts.findIndex((count) => count > 0);
  if (counts[first] === grey.length) return grey.slice();
  const scale = 255 / (grey.length - counts[first]);
  const table = new Uint8Array(256);
  for (let value = first + 1, sum = 0; value < 256; value++) {
    sum += counts[value];
    table[value] = Math.round(sum * scale);
  }
  return grey.map((value) => table[value]);
}
