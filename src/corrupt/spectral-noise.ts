import type { Random } from "../core/index.ts";

/** Cosines and sines of 2π·j·k/n. */
interface Basis {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}
const bases = new Map<number, Basis>();
function basis(n: number): Basis {
  let found = bases.get(n);
  if (!found) {
    found = { cos: new Float64Array(n * n), sin: new Float64Array(n * n) };
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++) {
        const angle = (2 * Math.PI * ((j * k) % n)) / n;
        found.cos[j * n + k] = Math.cos(angle);
        found.sin[j * n + k] = Math.sin(angle);
      }
    bases.set(n, found);
  }
  return found;
}

/**
 * Noise [H × W] of a given spectrum and random phases, of standard deviation 1; its mean stays as it comes. `power` is
 * the amplitude at a distance from the zero frequency, in index steps. As published the phases are point-symmetric where a
 * real image would need antisymmetric ones, and the real part of the complex result is kept.
 */
export function spectralNoise(
  height: number,
  width: number,
  power: (distance: number) => number,
  random: Random,
): Float64Array {
  const half = Math.ceil(width / 2);
  const phases = Float64Array.from({ length: height * half }, () => 2 * Math.PI * random.uniform());
  const real = new Float64Array(height * width);
  const imaginary = new Float64Array(height * width);
  const [middleY, middleX] = [Math.floor(height / 2), Math.floor(width / 2)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const phase = x < half ? phases[y * half + x] : phases[(height - 1 - y) * half + width - 1 - x];
      const amplitude = power(Math.hypot(y - middleY, x - middleX));
      // Rolled so that the zero frequency, drawn in the middle, comes first.
      const at = ((y + height - middleY) % height) * width + ((x + width - middleX) % width);
      real[at] = amplitude * Math.cos(phase);
      imaginary[at] = amplitude * Math.sin(phase);
    }
  const noise = inverseTransform(real, imaginary, height, width);
  const std = standardDeviation(noise);
  return std > 0 ? noise.map((value) => value / std) : noise;
}

/** Real part of the inverse Fourier transform, but for a factor, by rows and columns: any size will do. */
function inverseTransform(real: Float64Array, imaginary: Float64Array, height: number, width: number): Float64Array {
  const down = basis(height);
  const across = basis(width);
  const out = new Float64Array(height * width);
  const rowReal = new Float64Array(width);
  const rowImaginary = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    rowReal.fill(0);
    rowImaginary.fill(0);
    for (let v = 0; v < height; v++) {
      const cos = down.cos[y * height + v];
      const sin = down.sin[y * height + v];
      const from = v * width;
      for (let u = 0; u < width; u++) {
        rowReal[u] += real[from + u] * cos - imaginary[from + u] * sin;
        rowImaginary[u] += real[from + u] * sin + imaginary[from + u] * cos;
      }
    }
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const from = x * width;
      for (let u = 0; u < width; u++) sum += rowReal[u] * across.cos[from + u] - rowImaginary[u] * across.sin[from + u];
      out[y * width + x] = sum;
    }
  }
  return out;
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
