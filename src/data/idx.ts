import { gunzipSync } from "node:zlib";
import { sizeOf, UserError } from "../core/index.ts";
import { readNamed } from "./files.ts";

export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** The file's content, header included and unzipped: what checksums are taken of. */
  readonly bytes: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, gzipped or not (Y. LeCun's format: two zero bytes, type 0x08, rank, then the
 * dimensions as big-endian uint32).
 * @throws UserError naming the file where it is missing, truncated, too long, or not IDX of bytes of this shape.
 * @example
 * const { shape, data } = readIdx("t10k-images-idx3-ubyte.gz"); // [10000, 28, 28], bytes
 */
export function readIdx(path: string, expectedShape?: readonly number[]): IdxArray {
  const bytes = gunzipped(readNamed(path), path);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw new UserError(`${path}: not an IDX file (it does not begin with two zero bytes)`);
  if (bytes[2] !== 0x08)
    throw new UserError(`${path}: IDX type 0x${bytes[2].toString(16)}, expected 0x8 (unsigned bytes)`);
  const rank = bytes[3];
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) throw new UserError(`${path}: truncated within its header (${bytes.length} bytes)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (expectedShape && shape.join() !== expectedShape.join())
    throw new UserError(`${path}: expected an array of ${expectedShape.join("×")}, found ${shape.join("×")}`);
  const expectedBytes = headerBytes + sizeOf(shape);
  if (bytes.length !== expectedBytes)
    throw new UserError(
      `${path}: expected ${expectedBytes} bytes for ${shape.join("×")}, found ${bytes.length}; fetch it again`,
    );
  return { shape, data: bytes.subarray(headerBytes), bytes };
}

function gunzipped(bytes: Buffer, path: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new UserError(
      `${path}: truncated or damaged gzip file of ${bytes.length} bytes (${(error as Error).message}); fetch it again`,
    );
  }
}
