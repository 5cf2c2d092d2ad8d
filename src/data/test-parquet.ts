import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";

/** For tests: a PNG of 20×30 pixels of one colour. */
export const png = (r: number, g: number, b: number): Promise<Buffer> =>
  sharp({ create: { width: 20, height: 30, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();

export interface TestImage {
  readonly bytes?: Uint8Array | null;
  readonly path?: string | null;
}

export interface TestTable {
  readonly images: readonly (TestImage | null)[];
  readonly labels: readonly (bigint | string | null)[];
  /** Names of the ClassLabel that its metadata have; without, it has no metadata. */
  readonly names?: readonly string[];
  readonly imageColumn?: string;
  readonly labelColumn?: string;
  /** Further columns of whole numbers. */
  readonly others?: readonly string[];
  readonly rowGroupSize?: number;
  readonly codec?: Codec;
  readonly labelEncoding?: "DELTA_BINARY_PACKED";
}

// The writer brings a version of the reader of its own, with its own types.
type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]["schema"]>[number];
type Codec = Parameters<typeof parquetWriteBuffer>[0]["codec"];

const bytesColumn = (name: string, converted_type?: "UTF8"): SchemaElement => ({
  name,
  type: "BYTE_ARRAY",
  repetition_type: "OPTIONAL",
  ...(converted_type && { converted_type }),
});

/** For tests: the bytes of a file as Hugging Face's `datasets` writes it. */
export function parquetBytes(table: TestTable): Uint8Array<ArrayBuffer> {
  const { images, labels, names, imageColumn = "image", labelColumn = "label", others = [] } = table;
  const texts = labels.some((label) => typeof label === "string");
  const features = { [imageColumn]: { _type: "Image" }, [labelColumn]: { names, _type: "ClassLabel" } };
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: imageColumn, data: images as never },
      { name: labelColumn, data: labels as never, encoding: table.labelEncoding },
      ...others.map((name) => ({ name, data: labels.map(() => 7) })),
    ],
    schema: [
      { name: "schema", num_children: 2 + others.length },
      { name: imageColumn, num_children: 2, repetition_type: "OPTIONAL" },
      bytesColumn("bytes"),
      bytesColumn("path", "UTF8"),
      texts
        ? bytesColumn(labelColumn, "UTF8")
        : { name: labelColumn, type: "INT64" as const, repetition_type: "OPTIONAL" as const },
      ...others.map((name) => ({ name, type: "INT32" as const, repetition_type: "OPTIONAL" as const })),
    ],
    kvMetadata: names ? [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }] : [],
    rowGroupSize: table.rowGroupSize ?? 3,
    codec: table.codec ?? "SNAPPY",
    compressors: { GZIP: gzipSync, BROTLI: brotliCompressSync },
  });
  return new Uint8Array(bytes);
}

export function writeParquet(path: string, table: TestTable): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, parquetBytes(table));
}

/** For tests: `counts[c]` images of each class c, red 40 × class and green 5 × number, in turns of classes. */
export async function imagesOf(counts: readonly number[]): Promise<Pick<TestTable, "images"> & { labels: bigint[] }> {
  const rows = counts.flatMap((count, c) => Array.from({ length: count }, (_, i) => ({ c, i })));
  rows.sort((a, b) => a.i - b.i || a.c - b.c);
  const images = await Promise.all(rows.map(async ({ c, i }) => ({ bytes: await png(40 * c, 5 * i, 60), path: null })));
  return { images, labels: rows.map(({ c }) => BigInt(c)) };
}
