import { type DType, HostArray, type HostArrays } from "../core/index.ts";
import { float16Value, typedArrays } from "../core/internal.ts";
import { readTensors, type StoredTensor } from "./safetensors-header.ts";

const codes = {
  float32: "F32",
  float16: "F16",
  int32: "I32",
  uint32: "U32",
  bool: "BOOL",
} as const satisfies Record<DType, string>;
const dtypes = new Map<string, DType>(Object.entries(codes).map(([dtype, code]) => [code, dtype as DType]));

const bytesOf = ({ data }: HostArray) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/**
 * Tensors and free text as one file. Longer types come first, so that every tensor is aligned.
 * @example
 * import { writeFileSync } from "node:fs";
 * writeFileSync("weights.safetensors", encodeSafetensors({ "fc.weight": HostArray.zeros([10, 64]) }, { epoch: "5" }));
 */
export function encodeSafetensors(tensors: HostArrays, metadata: Record<string, string> = {}): Uint8Array {
  const names = Object.keys(tensors).sort(
    (a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT,
  );
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    header[name] = { dtype: codes[dtype], shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = Buffer.alloc(8 + headerBytes + end, " ");
  file.writeBigUInt64LE(BigInt(headerBytes));
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const name of names) {
    file.set(bytesOf(tensors[name]), at);
    at += tensors[name].data.byteLength;
  }
  return file;
}

/**
 * Reads the tensors of a `.safetensors` file, and the texts in its header.
 * @throws Error saying what is wrong with the bytes, or which tensor has a type that no array here has.
 * @example
 * import { readFileSync } from "node:fs";
 * const { tensors, metadata } = decodeSafetensors(readFileSync("runs/mine/checkpoint.safetensors"));
 * console.log(Object.keys(tensors), metadata);
 */
export function decodeSafetensors(bytes: Uint8Array): { tensors: HostArrays; metadata: Record<string, string> } {
  const { tensors, metadata } = readTensors(bytes);
  const arrays: HostArrays = {};
  for (const [name, { type, shape, bytes }] of tensors) {
    const dtype = dtypes.get(type);
    if (!dtype) throw new Error(`tensor ${name} has type ${type}; known: ${[...dtypes.keys()].join(", ")}`);
    arrays[name] = new HostArray(dtype, shape, new typedArrays[dtype](aligned(bytes)) as never);
  }
  return { tensors: arrays, metadata };
}

/** A copy: typed arrays need alignment, which a file read into a pool does not have. */
const aligned = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** How the types of real numbers become float32. */
const realNumbers: Readonly<Record<string, (bytes: Uint8Array) => Float32Array>> = {
  F32: (bytes) => new Float32Array(aligned(bytes)),
  F64: (bytes) => Float32Array.from(new Float64Array(aligned(bytes))),
  F16: (bytes) => Float32Array.from(new Uint16Array(aligned(bytes)), float16Value),
  // The upper half of a float32.
  BF16: (bytes) => new Float32Array(Uint32Array.from(new Uint16Array(aligned(bytes)), (half) => half << 16).buffer),
};

/** Types that `realValues` reads. */
export const realTypes: readonly string[] = Object.keys(realNumbers);

/** A tensor of real numbers as float32, or undefined where its type is another. */
export function realValues({ type, shape, bytes }: StoredTensor): HostArray | undefined {
  const values = realNumbers[type]?.(bytes);
  return values && HostArray.float32(shape, values);
}
