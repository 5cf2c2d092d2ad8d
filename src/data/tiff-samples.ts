import { open } from "node:fs/promises";

/** Tags of a TIFF's first picture that say what its samples are (TIFF 6.0, sections 8, 18, 21; BigTIFF). */
const tags = {
  258: "bitsPerSample",
  259: "compression",
  262: "photometric",
  277: "samplesPerPixel",
  338: "extraSamples",
  339: "sampleFormat",
} as const;
type Tags = Partial<Record<(typeof tags)[keyof typeof tags], readonly number[]>>;

/** Bytes of a value by TIFF's number of its type. */
const valueBytes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 16: 8 };

/** Samples of a colour by TIFF's number of the colour space: grey (either way), RGB, palette, CMYK, YCbCr, CIE Lab. */
const colourSamples: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3 };

const YCBCR = 6;
const JPEG = 7;

/** Bytes of a file from `offset` on; fewer where it ends. */
type Read = (offset: number, length: number) => Promise<Buffer>;

/**
 * Why the samples of a TIFF file cannot be shown as a picture of 8 bits, in words: decoders read such files without an
 * error, as something else. Undefined for those that can, and for what is not a TIFF file or is damaged.
 */
export async function tiffRefusal(image: string | Uint8Array): Promise<string | undefined> {
  if (typeof image !== "string")
    return refusalFrom(async (offset, length) =>
      Buffer.from(image.buffer, image.byteOffset, image.length).subarray(offset, offset + length),
    );
  const file = await open(image).catch(() => undefined);
  if (!file) return undefined;
  try {
    return await refusalFrom(async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await file.close();
  }
}

async function refusalFrom(read: Read): Promise<string | undefined> {
  try {
    const found = await readTags(read);
    return found && refusalOf(found);
  } catch (error) {
    // What ends too early, or points behind its end, is damaged: the decoder says so.
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

async function readTags(read: Read): Promise<Tags | undefined> {
  const header = await read(0, 16);
  const order = header.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const unsigned = (bytes: Buffer, offset: number, length: number): number => {
    if (length === 8) return Number(order === "II" ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset));
    return order === "II" ? bytes.readUIntLE(offset, length) : bytes.readUIntBE(offset, length);
  };
  const version = unsigned(header, 2, 2);
  if (version !== 42 && version !== 43) return undefined;
  // BigTIFF has 64-bit offsets and counts.
  const [pointer, countBytes] = version === 43 ? [8, 8] : [4, 2];
  const start = unsigned(header, pointer, pointer);
  const count = unsigned(await read(start, countBytes), 0, countBytes);
  const entryBytes = 4 + 2 * pointer;
  const entries = await read(start + countBytes, Math.min(count, 4096) * entryBytes);
  const found: Tags = {};
  for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
    const name = tags[unsigned(entries, at, 2) as keyof typeof tags];
    const size = valueBytes[unsigned(entries, at + 2, 2)];
    if (!name || !size) continue;
    // As many as tell: nothing has more than a few kinds of samples.
    const values = Math.min(unsigned(entries, at + 4, pointer), 64);
    const place = at + 4 + pointer;
    const bytes =
      unsigned(entries, at + 4, pointer) * size <= pointer
        ? entries.subarray(place)
        : await read(unsigned(entries, place, pointer), values * size);
    found[name] = Array.from({ length: values }, (_, i) => unsigned(bytes, i * size, size));
  }
  return found;
}

const sampleKinds: Readonly<Record<number, string>> = { 2: "signed", 3: "floating-point", 5: "complex", 6: "complex" };

function refusalOf(found: Tags): string | undefined {
  const bits = Math.max(...(found.bitsPerSample ?? [1]));
  const kind = found.sampleFormat?.map((format) => sampleKinds[format]).find((name) => name !== undefined);
  if (kind !== undefined)
    return `a TIFF of ${bits}-bit ${kind} samples, of which it is not known what is black and what is white; save it with 8 or 16 bits, unsigned`;
  if (bits > 16)
    return `a TIFF of ${bits}-bit samples, of which it is not known what is black and what is white; save it with 8 or 16 bits`;
  const [photometric] = found.photometric ?? [];
  const [samples] = found.samplesPerPixel ?? [1];
  const colours = colourSamples[photometric];
  if (photometric !== undefined && colours === undefined)
    return `a TIFF of colour space ${photometric}, which is not known; save it as RGB or grey`;
  if (photometric === YCBCR && found.compression?.[0] !== JPEG)
    return "a TIFF of YCbCr samples that are not compressed as JPEG; save it as RGB";
  // 1 and 2 are transparency, associated and not.
  const transparent = samples === colours + 1 && [1, 2].includes(found.extraSamples?.[0] ?? 0);
  if (samples > colours && !transparent)
    return `a TIFF of ${samples} samples for each pixel, of which ${colours === 1 ? "1 is grey" : `${colours} are colours`} and the rest is not said to be transparency; save it as grey or RGB`;
  return undefined;
}
