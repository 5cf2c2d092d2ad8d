import { readFileSync } from "node:fs";
import { dump } from "npyjs";
import { UserError } from "../core/errors.ts";
import { float16Value } from "../core/float16.ts";
import { sizeOf } from "../core/host-array.ts";
import { type NpyHeader, readNpyHeader } from "./npy-header.ts";
import { writeFileAtomic } from "./run-folder.ts";

/** NumPy's element types that are read here, by the array that holds them; 64-bit integers come as BigInts. */
export interface NpyData {
  b1: Uint8Array;
  i1: Int8Array;
  u1: Uint8Array;
  i2: Int16Array;
  u2: Uint16Array;
  i4: Int32Array;
  u4: Uint32Array;
  i8: BigInt64Array;
  u8: BigUint64Array;
  /** float16, widened. */
  f2: Float32Array;
  f4: Float32Array;
  f8: Float64Array;
}
export type NpyType = keyof NpyData;

/** Every type of whole numbers. */
export const wholeTypes = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"] as const;
/** Every type of real numbers. */
export const realTypes = ["f2", "f4", "f8"] as const;

export interface NpyArray<T = NpyData[NpyType]> {
  readonly shape: readonly number[];
  readonly data: T;
}

/**
 * Writes a NumPy file, row-major, whole or not at all.
 * @example
 * writeNpy("labels.npy", { shape: [3], data: Int32Array.of(0, 2, 1) });
 */
export function writeNpy(
  path: string,
  { shape, data }: NpyArray<Uint8Array | Int32Array | Float32Array | Float64Array>,
): void {
  if (sizeOf(shape) !== data.length)
    throw new TypeError(`${path}: ${data.length} values do not fill the shape [${shape.join(", ")}]`);
  writeFileAtomic(path, new Uint8Array(dump(data, [...shape])));
}

type Place = readonly [bytes: ArrayBufferLike, byteOffset: number, length: number];
const types: { readonly [D in NpyType]: { readonly name: string; readonly of: (...at: Place) => NpyData[D] } } = {
  b1: { name: "bool", of: (...at) => new Uint8Array(...at) },
  i1: { name: "int8", of: (...at) => new Int8Array(...at) },
  u1: { name: "uint8", of: (...at) => new Uint8Array(...at) },
  i2: { name: "int16", of: (...at) => new Int16Array(...at) },
  u2: { name: "uint16", of: (...at) => new Uint16Array(...at) },
  i4: { name: "int32", of: (...at) => new Int32Array(...at) },
  u4: { name: "uint32", of: (...at) => new Uint32Array(...at) },
  i8: { name: "int64", of: (...at) => new BigInt64Array(...at) },
  u8: { name: "uint64", of: (...at) => new BigUint64Array(...at) },
  f2: { name: "float16", of: (...at) => Float32Array.from(new Uint16Array(...at), float16Value) },
  f4: { name: "float32", of: (...at) => new Float32Array(...at) },
  f8: { name: "float64", of: (...at) => new Float64Array(...at) },
};

/**
 * Reads a row-major NumPy file of one of the given element types, of either byte order.
 * @throws UserError for a missing, truncated or foreign file, another element type, or Fortran order.
 * @example
 * const { shape, data } = readNpy("logits.npy", "f4"); // data: Float32Array
 * console.log(shape, data[0]);
 */
export function readNpy<D extends NpyType>(path: string, ...wanted: readonly D[]): NpyArray<NpyData[D]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  return parseNpy(path, bytes, ...wanted);
}

/** As `readNpy`, of bytes that were read before; `path` is for the messages. */
export function parseNpy<D extends NpyType>(
  path: string,
  bytes: Buffer,
  ...wanted: readonly D[]
): NpyArray<NpyData[D]> {
  const header = readNpyHeader(path, bytes);
  const type = requireType(path, header, wanted);
  const { shape, offset } = header;
  const width = Number(type.slice(1));
  const found = bytes.length - offset;
  if (found !== sizeOf(shape) * width)
    throw new UserError(
      `${path}: ${found / width} values, but its header says [${shape.join(", ")}]; the file is truncated or has trailing bytes`,
    );
  return { shape, data: elementsOf(type, header, bytes.subarray(offset)) };
}

/** The one of the wanted element types that a file has. @throws UserError for another one, and for Fortran order. */
export function requireType<D extends NpyType>(
  path: string,
  { code, fortranOrder, shape }: NpyHeader,
  wanted: readonly D[],
): D {
  const type = wanted.find((one) => one === code);
  if (!type) {
    const names = wanted.map((one) => types[one].name).join(" or ");
    throw new UserError(`${path}: element type ${types[code as NpyType]?.name ?? code}; ${names} is needed`);
  }
  if (fortranOrder && shape.length > 1)
    throw new UserError(`${path}: Fortran order; save it with numpy.ascontiguousarray first`);
  return type;
}

/** The values that lie in these bytes; they may be turned round in place, or shared. */
export function elementsOf<D extends NpyType>(type: D, { order }: NpyHeader, given: Buffer): NpyData[D] {
  const width = Number(type.slice(1));
  const swapped = order === ">" && width > 1;
  // Typed arrays begin at a multiple of their width; and small Buffers share their memory with others.
  const copied = swapped || given.byteOffset % width !== 0 || given.byteLength < given.buffer.byteLength / 2;
  const values = copied ? new Uint8Array(given) : given;
  if (swapped) swapBytes(values, width);
  return types[type].of(values.buffer, values.byteOffset, given.length / width);
}

function swapBytes(values: Uint8Array, width: number): void {
  const buffer = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (width === 2) buffer.swap16();
  if (width === 4) buffer.swap32();
  if (width === 8) buffer.swap64();
}
