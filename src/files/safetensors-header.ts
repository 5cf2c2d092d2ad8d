/** Bytes of an element by the format's name of its type. */
const elementBytes: Readonly<Record<string, number>> = {
  ...{ F64: 8, I64: 8, U64: 8, C64: 8 },
  ...{ F32: 4, I32: 4, U32: 4 },
  ...{ F16: 2, BF16: 2, I16: 2, U16: 2 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, I8: 1, U8: 1, BOOL: 1 },
};

/** A tensor as it lies in a safetensors file. */
export interface StoredTensor {
  /** The format's name of the type, e.g. `BF16`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Little endian, not aligned; they share memory with the file. */
  readonly bytes: Buffer;
}

interface Entry {
  readonly dtype?: unknown;
  readonly shape?: unknown;
  readonly data_offsets?: unknown;
}

/**
 * The tensors of a safetensors file, in the order of their bytes, held to the format's rules
 * (https://huggingface.co/docs/safetensors): 8 bytes header length (little endian), JSON header, data, which the tensors
 * fill without overlaps or gaps.
 * @throws Error saying what is wrong with the bytes.
 */
export function readTensors(given: Uint8Array): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  const file = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (file.length < 8) throw new Error(`${file.length} bytes are no safetensors file`);
  const headerBytes = Number(file.readBigUInt64LE());
  if (headerBytes > file.length - 8) throw new Error("the header is longer than the file: truncated or foreign");
  const { __metadata__: metadata = {}, ...entries } = parseHeader(file.toString("utf8", 8, 8 + headerBytes));
  const data = file.subarray(8 + headerBytes);
  const places = Object.entries(entries)
    .map(([name, entry]) => placeOf(name, (entry ?? {}) as Entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, StoredTensor>();
  let filled = 0;
  let before = "";
  for (const { name, type, shape, begin, end } of places) {
    if (begin < filled)
      throw new Error(
        `tensor ${name} begins at byte ${begin}, within ${before}, which ends at ${filled}: they overlap`,
      );
    if (begin > filled)
      throw new Error(`bytes ${filled} to ${begin}, before tensor ${name}, belong to no tensor: damaged`);
    if (end > data.length) throw new Error(`tensor ${name} lies beyond the end: truncated`);
    tensors.set(name, { type, shape, bytes: data.subarray(begin, end) });
    filled = end;
    before = name;
  }
  if (filled !== data.length)
    throw new Error(`${data.length} bytes of data where the header counts ${filled}: truncated`);
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new Error("the header is not JSON: corrupt or foreign");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw new Error("the header is no JSON object: corrupt or foreign");
  return header as Record<string, unknown>;
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function placeOf(name: string, { dtype, shape, data_offsets: offsets }: Entry) {
  const width = elementBytes[String(dtype)];
  if (width === undefined)
    throw new Error(`tensor ${name} has type ${dtype}; known: ${Object.keys(elementBytes).join(", ")}`);
  if (!Array.isArray(shape) || !shape.every(isWhole)) throw new Error(`tensor ${name} lacks a shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole))
    throw new Error(`tensor ${name} lacks its two offsets`);
  const [begin, end] = offsets;
  if (end - begin !== shape.reduce((a, b) => a * b, 1) * width)
    throw new Error(`tensor ${name} does not fill its shape`);
  return { name, type: String(dtype), shape, begin, end };
}
