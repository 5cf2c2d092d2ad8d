/**
 * Logits of the same images under K references → their mean, and the std of sigmoid(logits), which is the
 * uncertainty: the answer of a model that knows an image doesn't depend on the reference. The std is the unbiased one
 * (divisor K − 1, `torch.std`'s default); with one reference it is 0.
 * @example
 * const { logits, uncertainty } = combineReferences([Float32Array.of(2, -1), Float32Array.of(1, 0)]); // of two references
 */
export function combineReferences(logitsByReference: readonly Float32Array[]): {
  /** Same length as each input. */
  logits: Float32Array;
  uncertainty: Float32Array;
} {
  const K = logitsByReference.length;
  const size = logitsByReference[0].length;
  const logits = new Float32Array(size);
  const uncertainty = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let logitSum = 0;
    let sigmoidSum = 0;
    for (const one of logitsByReference) {
      logitSum += one[i];
      sigmoidSum += sigmoid(one[i]);
    }
    logits[i] = logitSum / K;
    if (K === 1) continue;
    let squares = 0;
    for (const one of logitsByReference) squares += (sigmoid(one[i]) - sigmoidSum / K) ** 2;
    uncertainty[i] = Math.sqrt(squares / (K - 1));
  }
  return { logits, uncertainty };
}

/**
 * The ImageNet code's calibration of combined logits [N × K]: μ / (1 + exp(mean over classes of the std)), which
 * softens images on which the references disagree. It scales all others too, by at least 2.
 */
export const calibrateBySpread = (logits: Float32Array, uncertainty: Float32Array, classes: number): Float32Array =>
  logits.map((logit, i) => {
    const row = Math.floor(i / classes) * classes;
    let sum = 0;
    for (let k = row; k < row + classes; k++) sum += uncertainty[k];
    return logit / (1 + Math.exp(sum / classes));
  });

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
