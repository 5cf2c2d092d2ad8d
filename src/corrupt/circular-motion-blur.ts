import { corruption, type Image } from "./corruption.ts";
import { splineCoefficients, splineTaps } from "./cubic-spline.ts";
import { fromUnit, toUnit } from "./pixels.ts";

/** Rotations from −1 to 1 times the amount. */
const STEPS = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);

export const circularMotionBlur = corruption<number>({
  name: "circular_motion_blur",
  title: "Circular motion blur",
  meaning:
    "The weighted mean of the image turned about its middle by up to 1.5·s degrees to both sides; corners darken.",
  suite: "c-bar",
  random: false,
  /** s; not in ImageNet-C-bar: all have CIFAR's. */
  levels: {
    cifar: [2.8, 3.6, 4.4, 5.2, 6],
    "tiny-imagenet": [2.8, 3.6, 4.4, 5.2, 6],
    imagenet: [2.8, 3.6, 4.4, 5.2, 6],
  },
  apply(image, severity) {
    const unit = toUnit(image);
    const coefficients = splineCoefficients(unit.data, image);
    const map = rotationMap(image, 1.5 * severity);
    const { channels } = image;
    const out = new Float64Array(unit.data.length);
    for (let pixel = 0; pixel < map.starts.length - 1; pixel++)
      for (let k = map.starts[pixel]; k < map.starts[pixel + 1]; k++) {
        const weight = map.weights[k];
        const from = map.places[k] * channels;
        for (let c = 0; c < channels; c++) out[pixel * channels + c] += weight * coefficients[from + c];
      }
    return fromUnit({ ...unit, data: out });
  },
});

/** A fixed linear map from coefficients to pixels, a row for each pixel (compressed sparse rows). */
interface SparseMap {
  readonly starts: Int32Array;
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

const cache = new Map<string, SparseMap>();
/** Larger maps are made anew each time: they would fill the memory. */
const LARGEST_CACHED = 64 * 64;

function rotationMap({ height, width }: Image, degrees: number): SparseMap {
  const key = `${height} ${width} ${degrees}`;
  let map = cache.get(key);
  if (!map) {
    map = makeRotationMap(height, width, degrees);
    if (height * width <= LARGEST_CACHED) cache.set(key, map);
  }
  return map;
}

function makeRotationMap(height: number, width: number, degrees: number): SparseMap {
  const total = STEPS.reduce((sum, t) => sum + Math.exp(-2 * t * t), 0);
  const turns = STEPS.map((t) => {
    const angle = (t * degrees * Math.PI) / 180;
    return { cos: Math.cos(angle), sin: Math.sin(angle), weight: Math.exp(-2 * t * t) / total };
  });
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const rows = new Int32Array(4);
  const columns = new Int32Array(4);
  const byRow = new Float64Array(4);
  const byColumn = new Float64Array(4);
  const starts = new Int32Array(height * width + 1);
  const places: number[] = [];
  const weights: number[] = [];
  const sums = new Float64Array(height * width);
  for (let y = 0, pixel = 0; y < height; y++)
    for (let x = 0; x < width; x++, pixel++) {
      const touched: number[] = [];
      for (const { cos, sin, weight } of turns) {
        const [dy, dx] = [y - middleY, x - middleX];
        const fromY = middleY + cos * dy + sin * dx;
        const fromX = middleX + cos * dx - sin * dy;
        // Outside is black.
        if (fromY < 0 || fromY > height - 1 || fromX < 0 || fromX > width - 1) continue;
        splineTaps(fromY, height, rows, byRow);
        splineTaps(fromX, width, columns, byColumn);
        for (let i = 0; i < 4; i++)
          for (let j = 0; j < 4; j++) {
            const place = rows[i] * width + columns[j];
            if (sums[place] === 0) touched.push(place);
            sums[place] += weight * byRow[i] * byColumn[j];
          }
      }
      for (const place of touched) {
        if (sums[place] === 0) continue;
        places.push(place);
        weights.push(sums[place]);
        sums[place] = 0;
      }
      starts[pixel + 1] = places.length;
    }
  return { starts, places: Int32Array.from(places), weights: Float64Array.from(weights) };
}
