import { dirname, relative, resolve } from "node:path";
import { UserError } from "../core/index.ts";
import { labelledRows, type RawLabel, readClassNames } from "./class-labels.ts";
import type { DataSetEntry, ResolvedOptions } from "./entry.ts";
import { type ImageSource, stampAt } from "./image-source.ts";
import { decodeLabelled, type RawListed } from "./labelled-splits.ts";
import { ownImages } from "./own-images.ts";
import { chooseColumns } from "./parquet-columns.ts";
import { openParquet, type ParquetFile, type RowValue, readGroup } from "./parquet-file.ts";
import { shardsBySplit } from "./shard-files.ts";

/**
 * Images and labels in Parquet, as Hugging Face publishes data sets: one file, or a folder of shards whose names say their splits
 * (`train-00000-of-00002.parquet`). Images are a struct of `bytes` and `path`, of which bytes come first, or bytes alone;
 * labels are indices of a ClassLabel, whose names the file holds, other numbers, or texts. Images are decoded as
 * those of the data set `folder`; a row group at a time is in memory.
 */
export const parquet: DataSetEntry = {
  title: "Parquet",
  description:
    "Your own images in Parquet files, as Hugging Face publishes data sets: a file, or a folder of train-00000-of-00002.parquet, test-…",
  ...ownImages,
  source: "a file or a folder on this machine",
  howToFetch: "nothing to fetch: give the file or the folder",
  options: ["folder", "stream", "badImages", "imageColumn", "labelColumn", "classNames"],

  async load(options) {
    if (!options.folder)
      throw new UserError(
        "folder: which file or folder? It must be or hold .parquet files, e.g. train-00000-of-00001.parquet",
      );
    const root = resolve(options.folder);
    const lists = new Map<string, RawListed[]>();
    let columns: Columns | undefined;
    const groups = new GroupCache();
    for (const [split, paths] of shardsBySplit(root, ".parquet")) {
      const list: RawListed[] = [];
      lists.set(split, list);
      for (const path of paths) {
        const file = await openParquet(path);
        columns = sameColumns(columns, file, options);
        const labels = await readLabels(file, columns.label);
        const reader: FileReader = { file, groups, column: columns.image, name: relative(dirname(root), path) };
        for (const row of labelledRows(path, columns.label, "row", labels, options)) {
          const source = new ParquetRow(reader, row);
          list.push({ source, label: labels[row], place: source.path });
        }
      }
    }
    const names = options.classNames === undefined ? columns?.names : readClassNames(options.classNames);
    return decodeLabelled(root, lists, names, options);
  },
};

type Columns = ReturnType<typeof chooseColumns>;

/** @throws UserError for a file whose columns are not those of the files before */
function sameColumns(before: Columns | undefined, file: ParquetFile, options: ResolvedOptions): Columns {
  const { imageColumn = before?.image, labelColumn = before?.label } = options;
  const columns = chooseColumns(file, { imageColumn, labelColumn });
  if (before && JSON.stringify(before.names) !== JSON.stringify(columns.names))
    throw new UserError(
      `${file.path}: its class names of ${columns.label} are not those of the files before; give files of one data set`,
    );
  return columns;
}

/** [rows] */
async function readLabels(file: ParquetFile, column: string): Promise<RawLabel[]> {
  const labels: RawLabel[] = [];
  for (let group = 0; group + 1 < file.firstRows.length; group++)
    for (const value of await readGroup(file, column, group)) labels.push(labelOf(value));
  return labels;
}

function labelOf(value: RowValue): RawLabel {
  if (typeof value === "number") return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined;
}

interface FileReader {
  readonly file: ParquetFile;
  readonly groups: GroupCache;
  /** Of the images. */
  readonly column: string;
  /** From the folder that holds the data set. */
  readonly name: string;
}

// A class: of a million of them each holds its number alone.
class ParquetRow implements ImageSource {
  constructor(
    private readonly reader: FileReader,
    private readonly row: number,
  ) {}

  get path(): string {
    return `${this.reader.file.path}, row ${this.row}`;
  }

  get name(): string {
    return `${this.reader.name}#${this.reader.column}#${this.row}`;
  }

  stamp(): string {
    return stampAt(this.reader.file.path);
  }

  async read(): Promise<string | Uint8Array> {
    const { file, groups, column } = this.reader;
    const group = file.firstRows.findLastIndex((first) => first <= this.row);
    const values = await groups.read(file, column, group).catch((error: Error) => {
      throw new UserError(`${this.path}: ${error.message}`);
    });
    const value = values[this.row - file.firstRows[group]];
    const { bytes, path } = typeof value === "object" && !(value instanceof Uint8Array) ? value : { bytes: value };
    if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
    if (path instanceof Uint8Array && path.length > 0)
      return resolve(dirname(file.path), Buffer.from(path).toString("utf8"));
    throw new UserError(`${this.path}: ${column} is empty (null), neither bytes nor a path`);
  }
}

/** Row groups in the memory at once: images are decoded one after the other, and some at the same time. */
const GROUPS_KEPT = 2;

/** The row groups that were read last. */
class GroupCache {
  private readonly kept = new Map<string, Promise<readonly RowValue[]>>();

  read(file: ParquetFile, column: string, group: number): Promise<readonly RowValue[]> {
    const key = `${file.path}#${column}#${group}`;
    const values = this.kept.get(key) ?? readGroup(file, column, group);
    this.kept.delete(key);
    this.kept.set(key, values);
    for (const oldest of [...this.kept.keys()].slice(0, -GROUPS_KEPT)) this.kept.delete(oldest);
    return values;
  }
}
