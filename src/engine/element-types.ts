import { type DType, typedArrays } from "../core/host-array.ts";

/** ONNX element types that our graphs use; int64 is for shapes, indices and 32-bit unsigned arithmetic. */
export type ElementType = DType | "int64";

/** TensorProto.DataType. */
export const onnxType: Record<ElementType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  uint32: 12,
};

/** What the elements of each type lie in on the host. */
export const hostArrayOf = { ...typedArrays, int64: BigInt64Array } as const satisfies Record<ElementType, unknown>;

const arithmeticTypes: { readonly [T in ElementType]?: ElementType } = {
  bool: "int32",
  uint32: "int64",
  float16: "float32",
};

export const arithmeticType = (dtype: ElementType): ElementType => arithmeticTypes[dtype] ?? dtype;

export const isFloat = (dtype: ElementType): boolean => dtype === "float32" || dtype === "float16";

export const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** NumPy's broadcasting of shapes (aligned at the last axis). */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[i - rank + shape.length] ?? 1;
      if (own !== 1) size = own;
    }
    return size;
  });
}
