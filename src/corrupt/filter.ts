/** How a filter continues an axis of `size` samples: where position i (any integer) is read. */
export type Border = (i: number, size: number) => number;

/** a a a | a b c d | d d d (SciPy's `nearest`, OpenCV's `replicate`). */
export const nearest: Border = (i, size) => Math.min(Math.max(i, 0), size - 1);

/** d c b | a b c d | c b a (OpenCV's `reflect101`, SciPy's `mirror`). */
export const reflect101: Border = (i, size) => {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const place = ((i % period) + period) % period;
  return place < size ? place : period - place;
};

/** c b a | a b c d | d c b (SciPy's and scikit-image's `reflect`: half-sample symmetric). */
export const reflectHalf: Border = (i, size) => {
  const period = 2 * size;
  const place = ((i % period) + period) % period;
  return place < size ? place : period - 1 - place;
};

export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Weights exp(−k² / 2σ²) for k = −radius … radius, of sum 1. */
export function gaussianKernel(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Correlates both spatial axes of [H, W, C] with an odd symmetric kernel: rows first, then columns. */
export function separableFilter(
  data: Float64Array,
  { height, width, channels }: Shape,
  kernel: Float64Array,
  border: Border,
): Float64Array {
  if (kernel.length === 1) return data.map((value) => value * kernel[0]);
  const rowStride = width * channels;
  const down = correlateAxis(data, { outer: 1, size: height, inner: rowStride }, kernel, border);
  return correlateAxis(down, { outer: height, size: width, inner: channels }, kernel, border);
}

/** The middle axis of [outer, size, inner]. */
function correlateAxis(
  data: Float64Array,
  { outer, size, inner }: { outer: number; size: number; inner: number },
  kernel: Float64Array,
  border: Border,
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(data.length);
  const sources = Int32Array.from({ length: size + 2 * radius }, (_, i) => border(i - radius, size) * inner);
  for (let o = 0; o < outer; o++) {
    const base = o * size * inner;
    for (let i = 0; i < size; i++) {
      const to = base + i * inner;
      for (let k = 0; k < kernel.length; k++) {
        const weight = kernel[k];
        const from = base + sources[i + k];
        for (let n = 0; n < inner; n++) out[to + n] += weight * data[from + n];
      }
    }
  }
  return out;
}

/** scikit-image's `gaussian`: radius ⌊4σ + ½⌋, edges replicated. Below σ = 0.125 the identity. */
export const gaussianBlur = (data: Float64Array, shape: Shape, sigma: number): Float64Array =>
  separableFilter(data, shape, gaussianKernel(sigma, Math.floor(4 * sigma + 0.5)), nearest);
