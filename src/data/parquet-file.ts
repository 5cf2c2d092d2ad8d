import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AsyncBuffer, ColumnMetaData, CompressionCodec, FileMetaData, SchemaTree } from "hyparquet";
import { UserError } from "../core/index.ts";
import { readReason } from "./files.ts";
import { type PageTools, type ParquetValue, readPages, UnreadEncoding } from "./parquet-pages.ts";

/** A Parquet file whose footer was read. */
export interface ParquetFile {
  readonly path: string;
  readonly rows: number;
  /** [groups + 1] first row of each row group, and the number of rows. */
  readonly firstRows: readonly number[];
  /** Columns at the top level. */
  readonly columns: readonly SchemaTree[];
  /** Text that writers keep beside the data, by key. */
  readonly notes: ReadonlyMap<string, string>;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** The library is loaded where a Parquet file is read, and not before. */
const footers = () => import("hyparquet");

async function pageTools(): Promise<PageTools> {
  const [{ parquetHeader }, { compressors }] = await Promise.all([
    import("hyparquet/src/column.js"),
    import("hyparquet-compressors"),
  ]);
  const unpack = (codec: CompressionCodec, bytes: Uint8Array, length: number): Uint8Array => {
    const unpacked = ours[codec]?.(bytes, length) ?? compressors[codec]?.(bytes, length);
    if (!unpacked) throw new UnreadEncoding(`it is compressed by ${codec}; write it by snappy, gzip, zstd or brotli`);
    if (unpacked.length !== length) throw new Error(`a page unpacks to ${unpacked.length} bytes in place of ${length}`);
    return unpacked;
  };
  return { parquetHeader, unpack };
}

/** What Node does natively, and within bounds. */
const ours: { readonly [C in CompressionCodec]?: (bytes: Uint8Array, length: number) => Uint8Array } = {
  UNCOMPRESSED: (bytes) => bytes,
  // One byte at least: a limit of 0 is refused.
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: length + 1 }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: length + 1 }),
};

/** @throws UserError naming the file where it is missing, truncated, or no Parquet file */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetSchema } = await footers();
  let buffer: AsyncBuffer;
  try {
    buffer = await asyncBufferFromFile(path);
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
  await refuseOthers(path, buffer);
  try {
    const metadata = await parquetMetadataAsync(buffer, { geoparquet: false });
    const firstRows = [0];
    for (const { num_rows } of metadata.row_groups) firstRows.push(firstRows.at(-1)! + countOf(num_rows));
    const rows = countOf(metadata.num_rows);
    if (firstRows.at(-1) !== rows) throw new Error(`${rows} rows, but ${firstRows.at(-1)} in its groups`);
    const columns = parquetSchema(metadata).children;
    if (
      !columns.every(({ element, children }) =>
        [element, ...children.map((child) => child.element)].every(({ name }) => name),
      )
    )
      throw new Error("a column without a name");
    const notes = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? ""]));
    return { path, rows, firstRows, columns, notes, buffer, metadata };
  } catch (error) {
    throw new UserError(`${path}: its footer is damaged (${reasonOf(error)}); fetch it again`);
  }
}

/** @throws UserError for a file that does not begin and end as Parquet does */
async function refuseOthers(path: string, buffer: AsyncBuffer): Promise<void> {
  const text = async (from: number, to: number) =>
    Buffer.from(await buffer.slice(Math.max(0, from), Math.min(to, buffer.byteLength))).toString("latin1");
  const head = await text(0, 40);
  if (head.startsWith("version https://git-lfs"))
    throw new UserError(`${path}: a pointer of Git LFS in place of the file; fetch the file by \`git lfs pull\``);
  if (!/^PAR[1E]/.test(head)) throw new UserError(`${path}: not a Parquet file, which begins with PAR1`);
  const tail = await text(buffer.byteLength - 4, buffer.byteLength);
  if (head.startsWith("PARE") || tail === "PARE")
    throw new UserError(`${path}: encrypted, which cannot be read; decrypt it`);
  if (buffer.byteLength < 12 || tail !== "PAR1")
    throw new UserError(`${path}: ends before its footer (${buffer.byteLength} bytes); fetch it again`);
}

/** @throws Error for what is no number of things */
function countOf(value: bigint | number | undefined): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`a count of ${value}`);
  return count;
}

const reasonOf = (error: unknown): string => (error as Error).message.split("\n")[0];

/** A row's value: of a struct, those of its parts that are bytes or numbers, by name. */
export type RowValue = ParquetValue | Readonly<Record<string, ParquetValue>>;

/**
 * One column of one row group, a value for each row.
 * @throws UserError naming the file and the row group where it is damaged
 */
export async function readGroup(file: ParquetFile, column: string, group: number): Promise<readonly RowValue[]> {
  const { path, firstRows, columns } = file;
  const rows = firstRows[group + 1] - firstRows[group];
  try {
    const tree = columns.find(({ element }) => element.name === column);
    if (!tree) throw new Error("no such column");
    if (tree.children.length === 0) return await readLeaf(file, [tree], group, rows);
    const parts = new Map<string, readonly ParquetValue[]>();
    for (const child of tree.children)
      if (child.element.type === "BYTE_ARRAY")
        parts.set(child.element.name, await readLeaf(file, [tree, child], group, rows));
    return Array.from({ length: rows }, (_, row) =>
      Object.fromEntries([...parts].map(([name, values]) => [name, values[row]])),
    );
  } catch (error) {
    if (error instanceof UnreadEncoding) throw new UserError(`${path}: ${column} cannot be read: ${error.message}`);
    throw new UserError(
      `${path}: ${column} is damaged in row group ${group}, rows ${firstRows[group]} … ${firstRows[group + 1] - 1} (${reasonOf(error)}); fetch the file again`,
    );
  }
}

async function readLeaf(
  { buffer, metadata }: ParquetFile,
  path: readonly SchemaTree[],
  group: number,
  rows: number,
): Promise<ParquetValue[]> {
  const name = path.map(({ element }) => element.name).join(".");
  const found = metadata.row_groups[group].columns.find(
    ({ meta_data }) => meta_data?.path_in_schema.join(".") === name,
  );
  if (!found?.meta_data) throw new Error(`no ${name}`);
  if (found.file_path) throw new Error(`its data are in another file, ${found.file_path}`);
  const [from, to] = rangeOf(found.meta_data, buffer.byteLength);
  const bytes = new Uint8Array(await buffer.slice(from, to));
  const levels = path.filter(({ element }) => element.repetition_type === "OPTIONAL").length;
  return readPages(bytes, found.meta_data, levels, rows, await pageTools());
}

function rangeOf(chunk: ColumnMetaData, fileBytes: number): [from: number, to: number] {
  const [data, dictionary] = [countOf(chunk.data_page_offset), countOf(chunk.dictionary_page_offset ?? 0)];
  const from = dictionary > 0 ? Math.min(data, dictionary) : data;
  const to = from + countOf(chunk.total_compressed_size);
  if (to > fileBytes) throw new Error(`bytes ${from} … ${to} of a file of ${fileBytes}`);
  return [from, to];
}
