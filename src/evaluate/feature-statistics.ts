/** What features are standardised by: z = (x − mean) / scale. */
export interface FeatureStatistics {
  /** [D] */
  readonly mean: Float64Array;
  /** [D], positive. */
  readonly scale: Float64Array;
}

/** Mean and standard deviation of each feature [N × D] over the images; the scale of one that never changes is 1. */
export function featureStatistics(features: Float32Array, size: number): FeatureStatistics {
  const images = features.length / size;
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (let i = 0; i < features.length; i++) mean[i % size] += features[i] / images;
  for (let i = 0; i < features.length; i++) variance[i % size] += (features[i] - mean[i % size]) ** 2 / images;
  const scale = variance.map((value, d) => (value > 1e-12 * (1 + mean[d] ** 2) ? Math.sqrt(value) : 1));
  return { mean, scale };
}

/** The layer for the features as they are, of one for standardised ones. */
export function unstandardised({ weights, biases }: LinearLayer, { mean, scale }: FeatureStatistics): LinearLayer {
  const size = mean.length;
  const own = weights.map((weight, i) => weight / scale[i % size]);
  const moved = biases.map((bias, k) => {
    let sum = bias;
    for (let d = 0; d < size; d++) sum -= own[k * size + d] * mean[d];
    return sum;
  });
  return { weights: own, biases: moved };
}

/** Weights [K × D] and biases [K]. */
export interface LinearLayer {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** The k-th output for the features [N × D] of an image. */
export function linearOutput({ weights, biases }: LinearLayer, features: Float32Array, row: number, k: number): number {
  const size = weights.length / biases.length;
  const first = row * size;
  let score = biases[k];
  for (let d = 0; d < size; d++) score += weights[k * size + d] * features[first + d];
  return score;
}

/** What is made of the outputs for features [N × D], [N × K]. */
export function linearOutputs(
  layer: LinearLayer,
  features: Float32Array,
  read: (output: number) => number = (output) => output,
): Float32Array {
  const outputs = layer.biases.length;
  const count = (features.length * outputs * outputs) / layer.weights.length;
  return Float32Array.from({ length: count }, (_, i) =>
    read(linearOutput(layer, features, Math.floor(i / outputs), i % outputs)),
  );
}
