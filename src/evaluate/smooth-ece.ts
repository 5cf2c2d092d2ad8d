/**
 * SmoothECE (Błasiok & Nakkiran, ICLR 2024, arXiv 2309.12236) on the grids of its authors' package, so that numbers
 * agree with theirs. Confidences f in [0, 1] and outcomes y in {0, 1} leave residuals f − y; these are smoothed by a
 * Gaussian that is reflected at 0 and 1, and smECE at width s is the integral of the absolute smoothed residual. The
 * reported value is the one whose width equals itself.
 */
export function smoothEce(confidence: ArrayLike<number>, correct: ArrayLike<number>): number {
  return smoothEceAt(confidence, correct, selfConsistentWidth(confidence, correct));
}

const MIN_WIDTH = 1e-3;
const BISECTIONS = 10;

/** The smallest width, to 2^-10, that is not below the smECE it gives. */
export function selfConsistentWidth(confidence: ArrayLike<number>, correct: ArrayLike<number>): number {
  const tooNarrow = (width: number) => width < MIN_WIDTH || width < smoothEceAt(confidence, correct, width);
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
export function smoothEceAt(confidence: ArrayLike<number>, correct: ArrayLike<number>, width: number): number {
  const gridSize = Math.floor(Math.max(2000, Math.round(20 / width)) / 2) + 1;
  const residualGrid = new Float64Array(gridSize);
  const countGrid = new Float64Array(gridSize);
  for (let i = 0; i < confidence.length; i++) {
    const position = confidence[i] * (gridSize - 1);
    const cell = Math.min(Math.max(Math.floor(position), 0), gridSize - 2);
    const right = position - cell;
    const residual = confidence[i] - correct[i];
    residualGrid[cell] += (1 - right) * residual;
    residualGrid[cell + 1] += right * residual;
    countGrid[cell] += 1 - right;
    countGrid[cell + 1] += right;
  }
  const residual = smooth(residualGrid, width);
  const density = smooth(countGrid, width);

  const meshSize = Math.max(Math.round(10 / width), 200);
  let absoluteResidual = 0;
  let totalDensity = 0;
  for (let m = 0; m < meshSize; m++) {
    const position = (m / (meshSize - 1)) * (gridSize - 1);
    const cell = Math.min(Math.floor(position), gridSize - 2);
    const right = position - cell;
    absoluteResidual += Math.abs((1 - right) * residual[cell] + right * residual[cell + 1]);
    totalDensity += (1 - right) * density[cell] + right * density[cell + 1] + 1e-4;
  }
  return absoluteResidual / totalDensity;
}

/** Convolves values on a grid over [0, 1] with a Gaussian, reflecting at both ends; the edge sample is not doubled. */
function smooth(values: Float64Array, width: number): Float64Array {
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
  const smoothed = new Float64Array(size);
  // For an even grid this is half a cell off centre, as in the authors' package.
  const offset = Math.floor(size / 2) + first;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) sum += kernel[k] * reflected[offset + i + k];
    smoothed[i] = sum;
  }
  return smoothed;
}
