import type { HostArray } from "./host-array.ts";

/** What one training step learns from, on the host. */
export interface Batch {
  /** [N, C, H, W], normalised float32. */
  readonly images: Float32Array;
  /** [N, T]: what is learnt; of a classification T is K, and rows sum to 1. */
  readonly targets: Float32Array;
  /**
   * [N, …] what the log measures predictions by, whatever mixing, smoothing and masking make of the targets: of a
   * classification labels [N], of a regression targets [N, D]. Nothing is measured where it is absent.
   */
  readonly truth?: HostArray<"float32">;
}

/** What one training step is fed: on the host (`HostArray`), or while it is traced. */
export interface Fed<Array = HostArray> {
  /** Arrays with a row for each example, [N, …]. */
  readonly rows: {
    /** What a method shows the network. */
    readonly inputs: Readonly<Record<string, Array>>;
    /** What a task learns: `targets`, and `truth` where it is known. */
    readonly targets: Readonly<Record<string, Array>>;
    /** A model's random factors (dropout, stochastic depth). */
    readonly noise: Readonly<Record<string, Array>>;
  };
  /** Arrays of the whole batch: a method's (`maskReference`) and a task's (`warmStart`). */
  readonly shared: Readonly<Record<string, Array>>;
}
