/** A linear layer on the host: what a network's features mean. */
export class Classifier {
  constructor(
    /** [K × F] */
    readonly weight: Float32Array,
    /** [K] */
    readonly bias: Float32Array,
  ) {}

  get classes(): number {
    return this.bias.length;
  }

  /** Features [N × F] → logits [N × K]. */
  logits(features: Float32Array): Float32Array {
    const { weight, bias } = this;
    const [K, F] = [bias.length, weight.length / bias.length];
    const rows = features.length / F;
    const out = new Float32Array(rows * K);
    for (let n = 0; n < rows; n++)
      for (let k = 0; k < K; k++) {
        let sum = bias[k];
        for (let f = 0; f < F; f++) sum += weight[k * F + f] * features[n * F + f];
        out[n * K + k] = sum;
      }
    return out;
  }

  /** With one class more, of which it knows nothing: weights 0, and the mean of the other biases. */
  widened(): Classifier {
    const [K, F] = [this.bias.length, this.weight.length / this.bias.length];
    const weight = new Float32Array((K + 1) * F);
    weight.set(this.weight);
    const bias = new Float32Array(K + 1);
    bias.set(this.bias);
    bias[K] = this.bias.reduce((a, b) => a + b, 0) / K;
    return new Classifier(weight, bias);
  }
}
