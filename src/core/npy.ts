import { readFileSync } from "node:fs";
import { dump, parse } from "npyjs";
import { UserError } from "./errors.ts";
import { sizeOf } from "./host-array.ts";
import { writeFileAtomic } from "./run-folder.ts";

/** NumPy's element types that are read here, by the array that holds them; 64-bit integers come as BigInts. */
interface NpyData {
  u1: Uint8Array;
  i4: Int32Array;
  i8: BigInt64Array;
  f4: Float32Array;
  f8: Float64Array;
}
export type NpyType = keyof NpyData;

export interface NpyArray<T = NpyData[NpyType]> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** Writes a NumPy file, row-major, whole or not at all. */
export function writeNpy(
  path: string,
  { shape, data }: NpyArray<Uint8Array | Int32Array | Float32Array | Float64Array>,
): void {
  if (sizeOf(shape) !== data.length)
    throw new TypeError(`${path}: ${data.length} values do not fill the shape [${shape.join(", ")}]`);
  writeFileAtomic(path, new Uint8Array(dump(data, [...shape])));
}

const typeNames: Record<NpyType, string> = { u1: "uint8", i4: "int32", i8: "int64", f4: "float32", f8: "float64" };

/**
 * Reads a row-major NumPy file of one of the given element types.
 * @throws UserError for a missing, truncated or foreign file, another element type, or Fortran order.
 */
export function readNpy<D extends NpyType>(path: string, ...types: readonly D[]): NpyArray<NpyData[D]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  return parseNpy(path, bytes, ...types);
}

/** As `readNpy`, of bytes that were read before; `path` is for the messages. */
export function parseNpy<D extends NpyType>(path: string, bytes: Buffer, ...types: readonly D[]): NpyArray<NpyData[D]> {
  let parsed: ReturnType<typeof parse>;
  try {
    // The parser reads from byte 0 of the memory, which small files share.
    const alone = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    parsed = parse((alone ? bytes : Uint8Array.from(bytes)).buffer as ArrayBuffer);
  } catch {
    throw new UserError(`${path}: not a NumPy file, or a truncated one`);
  }
  if (!(types as readonly string[]).includes(parsed.dtype)) {
    const wanted = types.map((type) => typeNames[type]).join(" or ");
    throw new UserError(`${path}: element type ${parsed.dtype}; ${wanted} is needed`);
  }
  if (parsed.fortranOrder && parsed.shape.length > 1)
    throw new UserError(`${path}: Fortran order; save it with numpy.ascontiguousarray first`);
  const data = parsed.data as unknown as NpyData[D];
  if (data.length !== sizeOf(parsed.shape))
    throw new UserError(
      `${path}: ${data.length} values, but its header says [${parsed.shape.join(", ")}]; the file is truncated or has trailing bytes`,
    );
  return { shape: parsed.shape, data };
}
