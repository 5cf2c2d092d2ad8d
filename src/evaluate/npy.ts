import { readFileSync } from "node:fs";
import { dump, parse } from "npyjs";
import { sizeOf, UserError, writeFileAtomic } from "../core/index.ts";

export interface NpyArray<T extends Float32Array | Int32Array> {
  readonly shape: readonly number[];
  readonly data: T;
}

/** Writes a NumPy file, row-major, whole or not at all. */
export function writeNpy(path: string, { shape, data }: NpyArray<Float32Array | Int32Array>): void {
  if (sizeOf(shape) !== data.length)
    throw new TypeError(`${path}: ${data.length} values do not fill the shape [${shape.join(", ")}]`);
  writeFileAtomic(path, new Uint8Array(dump(data, [...shape])));
}

const wanted = { f4: "float32", i4: "int32" } as const;

/**
 * Reads a row-major NumPy file of the given element type: `f4` float32, `i4` int32.
 * @throws UserError for a missing, truncated or foreign file, another element type, or Fortran order.
 */
export function readNpy<D extends "f4" | "i4">(
  path: string,
  dtype: D,
): NpyArray<D extends "f4" ? Float32Array : Int32Array> {
  let parsed: ReturnType<typeof parse>;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
  try {
    // A copy of its own: the parser reads from byte 0 of the buffer, and small files share a pooled one.
    parsed = parse(Uint8Array.from(bytes).buffer as ArrayBuffer);
  } catch {
    throw new UserError(`${path}: not a NumPy file, or a truncated one`);
  }
  if (parsed.dtype !== dtype) throw new UserError(`${path}: element type ${parsed.dtype}; ${wanted[dtype]} is needed`);
  if (parsed.fortranOrder && parsed.shape.length > 1)
    throw new UserError(`${path}: Fortran order; save it with numpy.ascontiguousarray first`);
  const data = parsed.data as D extends "f4" ? Float32Array : Int32Array;
  if (data.length !== sizeOf(parsed.shape))
    throw new UserError(
      `${path}: ${data.length} values, but its header says [${parsed.shape.join(", ")}]; the file is truncated or has trailing bytes`,
    );
  return { shape: parsed.shape, data };
}
