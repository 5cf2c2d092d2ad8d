import { roundHalfEven } from "../core/internal.ts";
import { corruption } from "./corruption.ts";
import { splineTaps } from "./cubic-spline.ts";

/** [size × size], the weights of the input places for each output place, row by row. */
interface AxisMap {
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

const cache = new Map<string, AxisMap>();

/**
 * One axis of SciPy's `zoom` of order 3, corner to corner, its middle kept. The published call leaves out the spline
 * prefilter, so that even the channel that is not enlarged is smoothed by (1, 4, 1) / 6.
 */
function axisMap(size: number, zoom: number): AxisMap {
  const key = `${size} ${zoom}`;
  let map = cache.get(key);
  if (!map) {
    const enlarged = roundHalfEven(size * zoom);
    const offset = Math.floor((enlarged - size) / 2);
    map = { places: new Int32Array(4 * size), weights: new Float64Array(4 * size) };
    for (let i = 0; i < size; i++) {
      const position = enlarged > 1 ? ((i + offset) * (size - 1)) / (enlarged - 1) : 0;
      splineTaps(position, size, map.places.subarray(4 * i, 4 * i + 4), map.weights.subarray(4 * i, 4 * i + 4));
    }
    cache.set(key, map);
  }
  return map;
}

export const transverseChromaticAbberation = corruption<number>({
  name: "transverse_chromatic_abberation",
  title: "Transverse chromatic aberration",
  meaning:
    "Enlarges the colour channels by different amounts, in random order. The published zoom smooths all of them a little, and so does ours; the name is spelled as published.",
  suite: "c-bar",
  random: true,
  /** s; channels are enlarged by 1, 1 + 0.025·s and 1 + 0.05·s. Not in ImageNet-C-bar: all have CIFAR's. */
  levels: { cifar: [1, 2, 5, 9, 10], "tiny-imagenet": [1, 2, 5, 9, 10], imagenet: [1, 2, 5, 9, 10] },
  apply({ height, width, channels, data }, severity, random) {
    const zooms = random.shuffle([1, 1 + 0.025 * severity, 1 + 0.05 * severity]);
    const out = new Uint8Array(data.length);
    const smoothed = new Float64Array(height * width);
    for (let c = 0; c < channels; c++) {
      const down = axisMap(height, zooms[c]);
      const across = axisMap(width, zooms[c]);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let k = 4 * y; k < 4 * y + 4; k++)
            sum += down.weights[k] * data[(down.places[k] * width + x) * channels + c];
          smoothed[y * width + x] = sum;
        }
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let k = 4 * x; k < 4 * x + 4; k++) sum += across.weights[k] * smoothed[y * width + across.places[k]];
          out[(y * width + x) * channels + c] = roundHalfEven(sum);
        }
    }
    return { height, width, channels, data: out };
  },
});
