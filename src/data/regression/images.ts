import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/index.ts";
import type { BadImage } from "../decode-set.ts";
import { decoderFor } from "../decoder.ts";
import { imageFile } from "../image-source.ts";
import { listImages } from "../list-images.ts";
import { type ResolvedContext, regressionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";
import { readTable } from "./read-table.ts";
import type { Table, TableColumn } from "./table.ts";
import { columnOf, columnsAt, completeRows, requireDistinct } from "./table-columns.ts";
import { tableFields } from "./table-fields.ts";
import { partsByColumn } from "./table-split.ts";

const usualTable = "targets.csv";

const options = z.strictObject({
  name: z.literal("images"),
  folder: z.string().min(1).meta({ flag: "--folder", help: "folder that holds the images", example: "cells" }),
  table: z
    .string()
    .min(1)
    .optional()
    .meta({
      flag: "--table",
      help: `table of the targets (default: ${usualTable} in the folder)`,
      example: "cells.csv",
    }),
  fileColumn: z.string().min(1).default("file").meta({
    flag: "--file-column",
    help: "column that holds each image's path from the folder",
    example: "file",
  }),
  imageSize: z.int().min(8).max(1024).default(32).meta({
    flag: "--image-size",
    help: "height and width in pixels, to which images are scaled and cropped",
    example: 64,
  }),
  ...tableFields,
  ...splitFields,
});

/**
 * The user's own images with numbers to predict: a folder, and a table that names each image's file and targets. Images
 * are decoded as those of the data set `folder`. An image that the table does not name is no example; a notice tells how
 * many there are.
 */
export const images = regressionDataSet({
  title: "Images with a table",
  description: "Your own images in a folder, with a table (CSV, TSV, JSON) of the numbers to predict for each file.",
  source: "a folder on this machine",
  options,

  async load(
    { folder, table: path, fileColumn, imageSize, targets, missing, split, delimiter, testFraction },
    context,
  ) {
    const root = resolve(folder);
    const found = new Set(listImages(root).images.map((name) => join(root, name)));
    const table = readTable(path ?? join(folder, usualTable), delimiter);
    const splits = split === undefined ? [] : [split];
    requireDistinct(table.path, { targets, "the file column": [fileColumn], split: splits });
    const files = columnOf(table, fileColumn);
    const numeric = targets.map((name) => columnOf(table, name));
    const splitColumn = split === undefined ? undefined : columnOf(table, split);
    const complete = completeRows(table, { numeric, categorical: [files] }, missing, context.onNotice);
    requireOnce(table, files, complete, root);
    const there = presentRows(table, files, complete, { root, found, missing, context });
    const paths = there.map((row) => resolve(root, files.texts[row]!));
    noticeUnlisted(root, found, new Set(complete.map((row) => resolve(root, files.texts[row]!))), context);
    const sources = paths.map((path) => imageFile(root, path));
    const decoded = await decoderFor(root, sources.length, imageSize, context)(sources, basename(root));
    reportUnreadable(decoded.bad, missing, context);
    const rows = decoded.rows.map((i) => there[i]);
    if (rows.length === 0) throw new UserError(`${root}: none of the images that ${table.path} names can be read`);
    return {
      title: `${basename(root)}: ${targets.join(", ")}`,
      stem: basename(root),
      count: rows.length,
      inputs: { kind: "images", height: imageSize, width: imageSize, channels: 3, images: decoded.images },
      targets: columnsAt(table, { numeric, categorical: [] }, rows),
      parts: splitColumn && partsByColumn(table, splitColumn, rows, testFraction),
    };
  },
});

/** @throws UserError for a file that two rows name: it could be trained and tested on */
function requireOnce(table: Table, files: TableColumn, rows: readonly number[], root: string): void {
  const rowOf = new Map<string, number>();
  for (const row of rows) {
    const path = resolve(root, files.texts[row]!);
    const other = rowOf.get(path);
    if (other !== undefined)
      throw new UserError(
        `${table.path}, ${table.placeOf(row)}: "${files.texts[row]}" stands at ${table.placeOf(other)} already; keep one of the two`,
      );
    rowOf.set(path, row);
  }
}

/** The rows whose image is there. @throws UserError for others where `missing` is `refuse` */
function presentRows(
  table: Table,
  files: TableColumn,
  rows: readonly number[],
  {
    root,
    found,
    missing,
    context,
  }: { root: string; found: ReadonlySet<string>; missing: "refuse" | "skip"; context: ResolvedContext },
): number[] {
  const isThere = (row: number) => found.has(resolve(root, files.texts[row]!));
  const absent = rows.filter((row) => !isThere(row));
  if (absent.length === 0) return [...rows];
  const first = `${table.placeOf(absent[0])}: "${files.texts[absent[0]]}"`;
  if (missing === "refuse")
    throw new UserError(
      `${table.path}, ${first} is no image in ${root}${absent.length > 1 ? ` (and ${absent.length - 1} more)` : ""}; mend it, or leave such rows out with missing: skip`,
    );
  context.onNotice?.(
    `${table.path}: ${absent.length} of ${rows.length} rows left out: no such image in ${root}; the first, ${first}`,
  );
  return rows.filter(isThere);
}

function noticeUnlisted(
  root: string,
  found: ReadonlySet<string>,
  listed: ReadonlySet<string>,
  { onNotice }: ResolvedContext,
): void {
  const unlisted = [...found].filter((path) => !listed.has(path));
  if (unlisted.length > 0)
    onNotice?.(
      `${root}: ${unlisted.length} of ${found.size} images are not in the table, e.g. ${basename(unlisted[0])}`,
    );
}

function reportUnreadable(bad: readonly BadImage[], missing: "refuse" | "skip", { onNotice }: ResolvedContext): void {
  if (bad.length === 0) return;
  const [{ path, reason }] = bad;
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : "";
  if (missing === "refuse")
    throw new UserError(`${path}: ${reason}, or leave such files out with missing: skip${more}`);
  onNotice?.(`skipped ${path}: ${reason}${more}`);
}
