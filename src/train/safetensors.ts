import { type DType, HostArray, type HostArrays, sizeOf } from "../core/index.ts";

/** https://huggingface.co/docs/safetensors: 8 bytes header length (little endian), JSON header, data. */
interface Header {
  __metadata__?: Record<string, string>;
  [tensor: string]: unknown;
}

interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

const codes = {
  float32: "F32",
  float16: "F16",
  int32: "I32",
  uint32: "U32",
  bool: "BOOL",
} as const satisfies Record<DType, string>;
const views = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>;
const dtypes = new Map<string, DType>(Object.entries(codes).map(([dtype, code]) => [code, dtype as DType]));

const bytesOf = ({ data }: HostArray) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Tensors and free text as one file. Longer types come first, so that every tensor is aligned. */
export function encodeSafetensors(tensors: HostArrays, metadata: Record<string, string> = {}): Uint8Array {
  const names = Object.keys(tensors).sort(
    (a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT,
  );
  const header: Header = { __metadata__: metadata };
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
 * `skipOtherTypes` leaves out tensors of types that are not known here (PyTorch's 64-bit counters).
 * @throws Error saying what is wrong with the bytes.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  { skipOtherTypes = false } = {},
): { tensors: HostArrays; metadata: Record<string, string> } {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 8) throw new Error(`${file.length} bytes are no safetensors file`);
  const headerBytes = Number(file.readBigUInt64LE());
  if (headerBytes > file.length - 8) throw new Error("the header is longer than the file: truncated or foreign");
  let header: Header;
  try {
    header = JSON.parse(file.toString("utf8", 8, 8 + headerBytes));
  } catch {
    throw new Error("the header is not JSON: corrupt or foreign");
  }
  const data = file.subarray(8 + headerBytes);
  const tensors: HostArrays = {};
  let total = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype: code, shape, data_offsets: offsets } = (entry ?? {}) as Partial<TensorEntry>;
    const dtype = dtypes.get(code as string);
    if (!dtype && skipOtherTypes && Array.isArray(offsets)) {
      total += offsets[1] - offsets[0];
      continue;
    }
    if (!dtype) throw new Error(`tensor ${name} has type ${code}; known: ${[...dtypes.keys()].join(", ")}`);
    if (!Array.isArray(shape) || !Array.isArray(offsets)) throw new Error(`tensor ${name} lacks a shape or offsets`);
    const size = sizeOf(shape);
    const [begin, end] = offsets as [number, number];
    const view = views[dtype];
    if (end - begin !== size * view.BYTES_PER_ELEMENT) throw new Error(`tensor ${name} does not fill its shape`);
    if (begin < 0 || end > data.length) throw new Error(`tensor ${name} lies beyond the end: truncated`);
    // A copy: typed arrays need alignment, which a file read into a pool does not have.
    const copy = Uint8Array.from(data.subarray(begin, end));
    tensors[name] = new HostArray(dtype, shape, new view(copy.buffer) as never);
    total += end - begin;
  }
  if (total !== data.length)
    throw new Error(`${data.length} bytes of data where the header counts ${total}: truncated`);
  return { tensors, metadata: header.__metadata__ ?? {} };
}
