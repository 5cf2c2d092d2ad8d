import { Random } from "../core/index.ts";

/**
 * SmoothECE (Błasiok & Nakkiran, ICLR 2024, arXiv 2309.12236) on the grids of its authors' package, so that numbers
 * agree with theirs. Confidences f in [0, 1] and outcomes y in {0, 1} leave residuals f − y; these are smoothed by a
 * Gaussian that is reflected at 0 and 1, and smECE at width s is the integral of the absolute smoothed residual. The
 * reported value is the one whose width equals itself.
 * @example
 * smoothEce(judged.confidence, judged.correct); // in [0, 1]
 */
export function smoothEce(confidence: ArrayLike<number>, correct: ArrayLike<number>): number {
  const grids = splats(confidence, correct);
  return smoothed(grids, widthOf(grids)).smoothEce;
}

const MIN_WIDTH = 1e-3;
const BISECTIONS = 10;

/** The smallest width, to 2^-10, that is not below the smECE it gives. */
export function selfConsistentWidth(confidence: ArrayLike<number>, correct: ArrayLike<number>): number {
  return widthOf(splats(confidence, correct));
}

function widthOf(grids: Grids): number {
  const tooNarrow = (width: number) => width < MIN_WIDTH || width < smoothed(grids, width).smoothEce;
  let high = 1;
  if (tooNarrow(high)) return high;
  let low = 0;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (tooNarrow(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/** smECE at a Gaussian of standard deviation `width`, in units of confidence. */
export const smoothEceAt = (confidence: ArrayLike<number>, correct: ArrayLike<number>, width: number): number =>
  smoothed(splats(confidence, correct), width).smoothEce;

interface Grid {
  readonly residual: Float64Array;
  readonly count: Float64Array;
}
/** Gives the images on a grid of the size; each size is made once. */
type Grids = (size: number) => Grid;

/** Every image shared out between the two places of the grid that it lies between. */
function splats(confidence: ArrayLike<number>, correct: ArrayLike<number>): Grids {
  const made = new Map<number, Grid>();
  return (size) => {
    const known = made.get(size);
    if (known) return known;
    const grid = { residual: new Float64Array(size), count: new Float64Array(size) };
    for (let i = 0; i < confidence.length; i++) {
      const position = confidence[i] * (size - 1);
      const cell = Math.min(Math.max(Math.floor(position), 0), size - 2);
      const right = position - cell;
      const residual = confidence[i] - correct[i];
      grid.residual[cell] += (1 - right) * residual;
      grid.residual[cell + 1] += right * residual;
      grid.count[cell] += 1 - right;
      grid.count[cell + 1] += right;
    }
    made.set(size, grid);
    return grid;
  };
}

/** Residual and density at `meshSize` even places of [0, 1]; their ratio is confidence minus accuracy there. */
function smoothed(grids: Grids, width: number, meshSize = Math.max(Math.round(10 / width), 200)) {
  const gridSize = Math.floor(Math.max(2000, Math.round(20 / width)) / 2) + 1;
  const grid = grids(gridSize);
  const atMesh = (values: Float64Array) => {
    // Only where the mesh looks: a place of the grid costs a sum over the kernel.
    const smoothAt = smoother(values, width);
    return Float64Array.from({ length: meshSize }, (_, m) => {
      const position = (m / (meshSize - 1)) * (gridSize - 1);
      const cell = Math.min(Math.floor(position), gridSize - 2);
      const right = position - cell;
      return (1 - right) * smoothAt(cell) + (right > 0 ? right * smoothAt(cell + 1) : 0);
    });
  };
  const meshResidual = atMesh(grid.residual);
  // The authors' guard against empty places.
  const meshDensity = atMesh(grid.count).map((value) => value + 1e-4);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return {
    residual: meshResidual,
    density: meshDensity,
    smoothEce: sum(meshResidual.map(Math.abs)) / sum(meshDensity),
  };
}

/**
 * Values on a grid over [0, 1], convolved with a Gaussian, at one place of the grid; reflected at both ends, where the
 * edge sample is not doubled.
 */
function smoother(values: Float64Array, width: number): (place: number) => number {
  const size = values.length;
  const middle = (size - 1) / 2;
  // Beyond ten standard deviations a tap is below 1e-21 of the middle one.
  const reach = Math.min(middle, 10 * width * (size - 1));
  const first = Math.ceil(middle - reach);
  const kernel = Float64Array.from({ length: Math.floor(middle + reach) - first + 1 }, (_, k) => {
    const distance = (first + k) / (size - 1) - 0.5;
    return Math.exp(-(distance ** 2) / (2 * width ** 2)) / (Math.sqrt(2 * Math.PI) * width);
  });
  const reflected = new Float64Array(3 * size - 2);
  for (let i = 0; i < size; i++) {
    reflected[size - 1 - i] = values[i];
    reflected[size - 1 + i] = values[i];
    reflected[3 * (size - 1) - i] = values[i];
  }
  // For an even grid this is half a cell off centre, as in the authors' package.
  const offset = Math.floor(size / 2) + first;
  return (place) => {
    let sum = 0;
    for (let k = 0, from = offset + place; k < kernel.length; k++, from++) sum += kernel[k] * reflected[from];
    return sum;
  };
}

/** Accuracy as a smooth function of confidence, at even places of [0, 1]. */
export interface SmoothReliability {
  readonly confidence: readonly number[];
  readonly accuracy: readonly number[];
  /** Ends of the 95 % band, pointwise. */
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  /** How many images are near, of sum 1. */
  readonly density: readonly number[];
}

/**
 * The smoothed reliability diagram that belongs to smECE: the kernel regression of the outcome on the confidence, at the
 * width of the reported value, with a percentile bootstrap band at the same width.
 * @example
 * const curve = smoothReliability(judged.confidence, judged.correct, { resamples: 200, seed: 0 });
 */
export function smoothReliability(
  confidence: ArrayLike<number>,
  correct: ArrayLike<number>,
  { points = 101, resamples = 100, seed = 0 }: { points?: number; resamples?: number; seed?: number } = {},
): SmoothReliability {
  const grids = splats(confidence, correct);
  const width = widthOf(grids);
  const places = Array.from({ length: points }, (_, m) => m / (points - 1));
  const curve = (some: Grids) => {
    const { residual, density } = smoothed(some, width, points);
    const accuracy = places.map((place, m) => Math.min(Math.max(place - residual[m] / density[m], 0), 1));
    return { accuracy, density };
  };
  const { accuracy, density } = curve(grids);
  const random = new Random("smooth reliability", seed);
  const count = confidence.length;
  const drawn = Array.from({ length: resamples }, () => {
    const some = new Float64Array(count);
    const right = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const row = Math.floor(random.uniform() * count);
      some[i] = confidence[row];
      right[i] = correct[row];
    }
    return curve(splats(some, right)).accuracy;
  });
  const rank = (m: number, share: number) => {
    const sorted = Float64Array.from(drawn, (one) => one[m]).sort();
    return sorted[Math.min(Math.floor(share * resamples), resamples - 1)];
  };
  const total = density.reduce((a, b) => a + b, 0);
  return {
    confidence: places,
    accuracy,
    lower: places.map((_, m) => rank(m, 0.025)),
    upper: places.map((_, m) => rank(m, 0.975)),
    density: Array.from(density, (value) => value / total),
  };
}
