import { float16Bits } from "./float16.ts";

/** Element types of jax-js arrays that cross the host boundary. */
export type DType = "float32" | "float16" | "int32" | "uint32" | "bool";

export interface TypedArrayOf {
  float32: Float32Array;
  /** The 16 bits of each element, see `float16Bits` and `float16Value`: Node 20 has no Float16Array. */
  float16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  /** One byte an element, 0 or 1. */
  bool: Uint8Array;
}

/** What the elements of each type lie in. */
export const typedArrays = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;

/**
 * Number of elements of a shape.
 * @example
 * sizeOf([2, 3, 4]); // 24
 */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * A dense row-major array in host memory: what goes into and comes out of a compiled program.
 * @example
 * const weights = HostArray.zeros([16, 3]); // float32[16, 3]
 * const labels = new HostArray("int32", [2], Int32Array.of(4, 1));
 * console.log(weights.shape, labels.data);
 */
export class HostArray<D extends DType = DType> {
  /** @throws RangeError if `data` does not hold exactly the elements of `shape`. */
  constructor(
    readonly dtype: D,
    readonly shape: readonly number[],
    readonly data: TypedArrayOf[D],
  ) {
    if (data.length !== sizeOf(shape))
      throw new RangeError(`HostArray: ${data.length} elements do not fill ${dtype}[${shape.join(",")}]`);
  }

  static zeros<D extends DType = "float32">(shape: readonly number[], dtype = "float32" as D): HostArray<D> {
    return new HostArray(dtype, shape, new typedArrays[dtype](sizeOf(shape)) as TypedArrayOf[D]);
  }

  static scalar<D extends DType = "float32">(value: number, dtype = "float32" as D): HostArray<D> {
    return new HostArray(
      dtype,
      [],
      typedArrays[dtype].of(dtype === "float16" ? float16Bits(value) : value) as TypedArrayOf[D],
    );
  }

  static float32(shape: readonly number[], data: Float32Array | readonly number[]): HostArray<"float32"> {
    return new HostArray("float32", shape, data instanceof Float32Array ? data : Float32Array.from(data));
  }

  /** The numbers rounded to float16. */
  static float16(shape: readonly number[], values: Float32Array | readonly number[]): HostArray<"float16"> {
    return new HostArray("float16", shape, Uint16Array.from(values, float16Bits));
  }
}

/** Named arrays: parameters under timm's names, BatchNorm statistics, optimizer state. */
export type HostArrays = Record<string, HostArray>;

/** Zeros under the same names and of the same shapes, float32. */
export const zerosLike = (arrays: HostArrays): HostArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, HostArray.zeros(shape)]));
