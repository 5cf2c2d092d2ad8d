/** What one training step is fed, on the host. */
export interface Batch {
  /** [N, C, H, W], normalised float32. */
  readonly images: Float32Array;
  /** [N, K], rows sum to 1. */
  readonly targets: Float32Array;
}
