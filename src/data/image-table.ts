import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { UserError } from "../core/index.ts";
import { labelledRows, labelOfText, readClassNames } from "./class-labels.ts";
import type { DataSetEntry, ResolvedOptions } from "./entry.ts";
import { imageFile } from "./image-source.ts";
import { decodeLabelled, type RawListed } from "./labelled-splits.ts";
import { filesIn } from "./list-images.ts";
import { splitOfWord } from "./named-splits.ts";
import { ownImages } from "./own-images.ts";
import { readTable } from "./regression/read-table.ts";
import type { Table, TableColumn } from "./regression/table.ts";
import { columnOf } from "./regression/table-columns.ts";

const usualTable = "labels.csv";

/** Names of columns, where none is given; those of Hugging Face's folders among them. */
const usualNames = {
  image: ["path", "file", "file_name", "filename", "image", "image_path", "filepath"],
  label: ["label", "class", "class_name", "category", "target"],
  split: ["split", "set", "subset"],
};

/**
 * The user's own images in a folder, with a table (CSV, TSV, JSON) that says the class of each file: `labels.csv`, or one
 * for each split, `train.csv` and `test.csv`, or another that is given. A column may say the splits. Images are decoded as
 * those of the data set `folder`; those that no table names are no examples.
 */
export const imageTable: DataSetEntry = {
  title: "Images with a table of labels",
  description:
    "Your own images in a folder, with a table (CSV, TSV, JSON) of path,label: labels.csv, or train.csv and test.csv, or one with a column split.",
  ...ownImages,
  howToFetch: "nothing to fetch: give the folder, and the table where it is not labels.csv in it",
  options: ["folder", "table", "stream", "badImages", "imageColumn", "labelColumn", "split", "classNames"],

  async load(options) {
    if (!options.folder)
      throw new UserError(`folder: which folder? It must hold the images, and ${usualTable} unless a table is given`);
    const root = resolve(options.folder);
    const lists = new Map<string, RawListed[]>();
    const seen = new Map<string, string>();
    for (const [ofFile, path] of tablesOf(root, options.table)) {
      const table = readTable(path);
      const { images, labels, splits } = columnsOf(table, options);
      const rows = presentRows(table, images, labels, root, options);
      for (const row of rows) {
        const image = resolve(root, images.texts[row]!);
        const before = seen.get(image);
        const place = `${path}, ${table.placeOf(row)}`;
        if (before !== undefined)
          throw new UserError(`${place}: "${images.texts[row]}" stands at ${before} already; keep one of the two`);
        seen.set(image, place);
        const split = ofFile ?? splitOf(splits?.texts[row] ?? "train");
        const list = lists.get(split) ?? [];
        lists.set(split, list);
        list.push({ source: imageFile(root, image), label: labelOfText(labels.texts[row]!), place: image });
      }
    }
    const names = options.classNames === undefined ? undefined : readClassNames(options.classNames);
    return decodeLabelled(root, lists, names, options);
  },
};

const splitOf = (text: string): string => splitOfWord(text) ?? text;

/** Tables by the split that their name says; undefined where a table is for all. */
function tablesOf(root: string, given: string | undefined): [split: string | undefined, path: string][] {
  if (given !== undefined) return [[undefined, given]];
  const usual = join(root, usualTable);
  if (existsSync(usual)) return [[undefined, usual]];
  const named = filesIn(root).flatMap((name): [string, string][] => {
    const split = [".csv", ".tsv"].includes(extname(name)) ? splitOfWord(basename(name, extname(name))) : undefined;
    return split === undefined ? [] : [[split, join(root, name)]];
  });
  if (named.length === 0)
    throw new UserError(`${root}: neither ${usualTable} nor train.csv in it; put one there, or give data.table`);
  return named;
}

interface Columns {
  readonly images: TableColumn;
  readonly labels: TableColumn;
  readonly splits?: TableColumn;
}

function columnsOf(table: Table, { imageColumn, labelColumn, split }: ResolvedOptions): Columns {
  const find = (usual: readonly string[]) => table.columns.find(({ name }) => usual.includes(name.toLowerCase()));
  const chosen = (asked: string | undefined, what: "image" | "label") => {
    if (asked !== undefined) return columnOf(table, asked);
    const column = find(usualNames[what]);
    if (column) return column;
    const there = table.columns.map(({ name }) => name).join(", ");
    throw new UserError(
      `${table.path}: none of its columns (${there}) is called ${usualNames[what].join(", ")}; name it by data.${what}Column`,
    );
  };
  const splits = split === undefined ? find(usualNames.split) : columnOf(table, split);
  const [images, labels] = [chosen(imageColumn, "image"), chosen(labelColumn, "label")];
  if (images === labels) throw new UserError(`${table.path}: column "${images.name}" cannot be both images and labels`);
  return { images, labels, ...(splits && splits !== labels && splits !== images && { splits }) };
}

/** Rows with a label whose image is there. @throws UserError for others, unless they are to be skipped */
function presentRows(
  table: Table,
  images: TableColumn,
  labels: TableColumn,
  root: string,
  options: ResolvedOptions,
): number[] {
  const labelled = labelledRows(
    table.path,
    labels.name,
    "row",
    labels.texts.map((text) => text ?? undefined),
    options,
  );
  const absent = labelled.filter((row) => images.texts[row] === null || !existsSync(resolve(root, images.texts[row])));
  if (absent.length === 0) return labelled;
  const which = `${table.placeOf(absent[0])}: "${images.texts[absent[0]] ?? ""}" is no file in ${root}${absent.length > 1 ? ` (and ${absent.length - 1} more)` : ""}`;
  if (options.badImages !== "skip")
    throw new UserError(`${table.path}, ${which}; mend it, or leave such rows out with data.badImages skip`);
  options.onNotice?.(`${table.path}, ${which}; left out`);
  const out = new Set(absent);
  return labelled.filter((row) => !out.has(row));
}
