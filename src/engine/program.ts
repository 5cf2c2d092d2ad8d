/** A compiled function on host arrays. Its arguments and result are trees (nested objects and arrays) of `HostArray`. */
export interface Program<Args extends unknown[] = any[], Result = any> {
  /**
   * Runs the program. Arguments must have the example's tree, shapes and dtypes.
   * @throws TypeError naming the argument whose tree, shape or dtype differs.
   */
  run(args: Args): Promise<Result>;
  /** The program as an ordinary ONNX model (standard operators only), for any ONNX tool. */
  toOnnx(): Uint8Array;
  /** Frees the runtime session. */
  dispose(): Promise<void>;
}

/** A shape and dtype standing in for an array in `compile`'s example: nothing is allocated for it. */
export class ArraySpec {
  readonly weakType = false;
  constructor(
    readonly shape: readonly number[],
    readonly dtype: "float32" | "int32" | "uint32" | "bool" = "float32",
  ) {}
}
