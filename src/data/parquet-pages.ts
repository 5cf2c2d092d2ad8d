import type { ColumnMetaData, CompressionCodec, PageHeader } from "hyparquet";

/** A value of a column of bytes or of whole numbers; undefined is null. */
export type ParquetValue = Uint8Array | number | undefined;

/** A whole file, but written in a way that is not read. */
export class UnreadEncoding extends Error {}

/** What reading a column's pages takes from the library. */
export interface PageTools {
  readonly parquetHeader: (reader: { view: DataView; offset: number }) => PageHeader;
  /** @throws Error for bytes that are damaged */
  readonly unpack: (codec: CompressionCodec, bytes: Uint8Array, length: number) => Uint8Array;
}

/**
 * The values of a column, which is not repeated, in a row group, one for each row. The library's own reading of pages takes
 * counts and lengths on trust, and may turn for ever on damaged ones; here every one is held to the bytes that there are.
 * Source: Apache Parquet's format, "Data Pages" and "Encodings".
 * @param bytes its pages
 * @param levels how many of its path are optional
 * @throws Error for damaged pages, and for encodings that are not read
 */
export function readPages(
  bytes: Uint8Array,
  chunk: ColumnMetaData,
  levels: number,
  rows: number,
  { parquetHeader, unpack }: PageTools,
): ParquetValue[] {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const mostBytes = Number(chunk.total_uncompressed_size);
  const values: ParquetValue[] = [];
  let dictionary: ParquetValue[] = [];
  while (values.length < rows && reader.offset < bytes.length) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size, uncompressed_page_size: unpacked } = header;
    if (!(size >= 0 && size <= bytes.length - reader.offset))
      throw new Error(`a page of ${size} bytes where ${bytes.length - reader.offset} are left`);
    if (!(unpacked >= 0 && unpacked <= mostBytes))
      throw new Error(`a page of ${unpacked} bytes in a column of ${mostBytes}`);
    const stored = bytes.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    if (header.dictionary_page_header) {
      const page = unpack(chunk.codec, stored, unpacked);
      dictionary = plain(page, chunk.type, countIn(header.dictionary_page_header.num_values, unpacked));
      continue;
    }
    const { count, encoding, defined, data } = openPage(
      header,
      stored,
      chunk.codec,
      levels,
      rows - values.length,
      unpack,
    );
    const present = defined ? defined.reduce((sum, level) => sum + (level === levels ? 1 : 0), 0) : count;
    const found = decode(data, encoding, chunk.type, present, dictionary);
    let next = 0;
    for (let i = 0; i < count; i++) values.push(!defined || defined[i] === levels ? found[next++] : undefined);
  }
  if (values.length !== rows) throw new Error(`${values.length} values for ${rows} rows`);
  return values;
}

interface Page {
  readonly count: number;
  readonly encoding: string;
  /** [count] definition levels; absent where every value is there. */
  readonly defined?: Int32Array;
  readonly data: Uint8Array;
}

function openPage(
  header: PageHeader,
  stored: Uint8Array,
  codec: CompressionCodec,
  levels: number,
  most: number,
  unpack: PageTools["unpack"],
): Page {
  const width = 32 - Math.clz32(levels);
  if (header.data_page_header) {
    const { num_values, encoding } = header.data_page_header;
    const count = countIn(num_values, most);
    const page = unpack(codec, stored, header.uncompressed_page_size);
    if (levels === 0) return { count, encoding, data: page };
    const length = uint32(page, 0);
    const end = 4 + countIn(length, page.length - 4);
    return { count, encoding, defined: hybrid(page.subarray(4, end), width, count), data: page.subarray(end) };
  }
  const page = header.data_page_header_v2;
  if (!page) throw new Error(`a page of kind ${header.type}`);
  const count = countIn(page.num_values, most);
  const repeated = countIn(page.repetition_levels_byte_length, stored.length);
  const end = repeated + countIn(page.definition_levels_byte_length, stored.length - repeated);
  const packed = stored.subarray(end);
  const length = countIn(header.uncompressed_page_size - end, header.uncompressed_page_size);
  const data = page.is_compressed === false || length === 0 ? packed : unpack(codec, packed, length);
  const { encoding } = page;
  if (levels === 0) return { count, encoding, data };
  return { count, encoding, defined: hybrid(stored.subarray(repeated, end), width, count), data };
}

function decode(
  data: Uint8Array,
  encoding: string,
  type: string,
  count: number,
  dictionary: readonly ParquetValue[],
): ParquetValue[] {
  if (encoding === "PLAIN") return plain(data, type, count);
  if (encoding !== "RLE_DICTIONARY" && encoding !== "PLAIN_DICTIONARY")
    throw new UnreadEncoding(`it is encoded as ${encoding}; write it as PLAIN or by a dictionary`);
  if (count === 0) return [];
  const indices = hybrid(data.subarray(1), countIn(data[0], 32), count);
  return Array.from(indices, (index) => {
    if (!(index >= 0 && index < dictionary.length))
      throw new Error(`entry ${index} of a dictionary of ${dictionary.length}`);
    return dictionary[index];
  });
}

/** @throws Error unless 0 ≤ count ≤ most */
function countIn(count: number | undefined, most: number): number {
  if (count !== undefined && Number.isInteger(count) && count >= 0 && count <= most) return count;
  throw new Error(`a count of ${count} where there may be ${most}`);
}

function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new Error("a page ends within a number");
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

/** Values one after the other. */
function plain(bytes: Uint8Array, type: string, count: number): ParquetValue[] {
  if (type === "BYTE_ARRAY") {
    let at = 0;
    return Array.from({ length: count }, () => {
      const length = countIn(uint32(bytes, at), bytes.length - at - 4);
      at += 4 + length;
      return bytes.subarray(at - length, at);
    });
  }
  if (type !== "INT32" && type !== "INT64") throw new Error(`values of type ${type}`);
  const size = type === "INT32" ? 4 : 8;
  if (count * size > bytes.length) throw new Error(`${count} numbers in ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) =>
    size === 4 ? view.getInt32(i * 4, true) : Number(view.getBigInt64(i * 8, true)),
  );
}

/** Runs of one value and groups of packed ones (RLE/bit-packing hybrid). @returns [count] */
function hybrid(bytes: Uint8Array, width: number, count: number): Int32Array {
  const values = new Int32Array(count);
  let at = 0;
  for (let n = 0; n < count; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length || shift > 28) throw new Error(`${n} of ${count} packed values`);
      const byte = bytes[at++];
      header += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const run = Math.floor(header / 2);
    if (run === 0) throw new Error("a run of no values");
    if (header % 2 === 0) {
      let value = 0;
      for (let i = 0; i < Math.ceil(width / 8); i++) value += (bytes[at++] ?? 0) * 2 ** (8 * i);
      const end = Math.min(count, n + run);
      values.fill(value, n, end);
      n = end;
    } else {
      const end = Math.min(count, n + 8 * run);
      for (let bit = at * 8; n < end; n++, bit += width) values[n] = bitsAt(bytes, bit, width);
      at += run * width;
    }
  }
  return values;
}

/** `width` bits from bit `from` on, the lowest first; what lies behind the end is 0. */
function bitsAt(bytes: Uint8Array, from: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) {
    const bit = from + i;
    if (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) value += 2 ** i;
  }
  return value;
}
