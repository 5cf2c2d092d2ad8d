import type { DType } from "../core/host-array.ts";
import type { MappedTree } from "./tree.ts";

/** A compiled function on host arrays. Its arguments and result are trees (nested objects and arrays) of `HostArray`. */
export interface Program<Args extends unknown[] = any[], Result = any> {
  /**
   * Runs the program. Arguments must have the example's tree, shapes and dtypes; they are read, never written or kept.
   * The result's arrays are the caller's: no later run touches them, unless they are handed back as `into`.
   * @throws TypeError naming the argument (or array of `into`) whose tree, shape or dtype differs.
   */
  run(args: Args, options?: RunOptions<Result>): Promise<Result>;
  /** Shapes and dtypes of the result, as its tree. */
  readonly resultSpecs: MappedTree<Result, ArraySpec>;
  /** The program as an ordinary ONNX model (standard operators only), for any ONNX tool. */
  toOnnx(): Uint8Array;
  /** Frees the runtime session. */
  dispose(): Promise<void>;
}

export interface RunOptions<Result = any> {
  /**
   * Writes the result into these arrays, which are returned, instead of into fresh ones: usually an earlier result that
   * is no longer needed. In a loop whose result is the next argument two generations take turns. They must not share
   * memory with the arguments.
   */
  readonly into?: Result;
}

/**
 * A shape and dtype standing in for an array in `compile`'s example: nothing is allocated for it.
 * @example
 * const spec = new ArraySpec([8, 3, 32, 32]); // float32; what a program is compiled for
 */
export class ArraySpec {
  readonly weakType = false;
  constructor(
    readonly shape: readonly number[],
    readonly dtype: DType = "float32",
  ) {}
}
