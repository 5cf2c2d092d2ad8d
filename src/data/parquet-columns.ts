import type { SchemaTree } from "hyparquet";
import { UserError } from "../core/index.ts";
import { requireDistinct } from "./class-labels.ts";
import type { ParquetFile } from "./parquet-file.ts";

/** The columns of a file that are the images and the labels. */
export interface ParquetColumns {
  readonly image: string;
  readonly label: string;
  /** Of the ClassLabel of Hugging Face, where the labels are one. */
  readonly names?: readonly string[];
}

export interface ColumnOptions {
  readonly imageColumn?: string;
  readonly labelColumn?: string;
}

/** What Hugging Face's `datasets` keeps of a column. */
interface Feature {
  readonly _type?: unknown;
  readonly names?: unknown;
}

/** Names of columns that hold labels, where no metadata say which do. */
const labelNames = ["label", "labels", "class", "class_name", "category", "target"];

/** @throws UserError where it is not one column each, listing those that there are */
export function chooseColumns(file: ParquetFile, { imageColumn, labelColumn }: ColumnOptions): ParquetColumns {
  const features = featuresOf(file);
  const isOf = (type: string) => (column: SchemaTree) => features[nameOf(column)]?._type === type;
  const image = chosen(file, imageColumn, "data.imageColumn", "images", "{bytes, path} or the bytes of image files", [
    (column) => isOf("Image")(column) && holdsImages(column),
    (column) => column.children.length > 0 && holdsImages(column),
    holdsImages,
  ]);
  const label = chosen(file, labelColumn, "data.labelColumn", "labels", "whole numbers or texts", [
    (column) => isOf("ClassLabel")(column) && holdsLabels(column),
    (column) => labelNames.includes(nameOf(column).toLowerCase()) && holdsLabels(column),
  ]);
  const { names } = features[label] ?? {};
  if (!isNames(names)) return { image, label };
  requireDistinct(names, `${file.path}, ${label}`);
  return { image, label, names };
}

const nameOf = ({ element }: SchemaTree): string => element.name;

/** The first kind of column that there is, of which there must be one. */
function chosen(
  file: ParquetFile,
  asked: string | undefined,
  option: string,
  what: string,
  form: string,
  kinds: readonly ((column: SchemaTree) => boolean)[],
): string {
  const holds = option === "data.imageColumn" ? holdsImages : holdsLabels;
  const { path, columns } = file;
  const there = columns.map(inWords).join(", ");
  if (asked !== undefined) {
    const column = columns.find((one) => nameOf(one) === asked);
    if (!column) throw new UserError(`${option} ${asked}: no such column in ${path}; there are ${there}`);
    if (!holds(column)) throw new UserError(`${option} ${inWords(column)}: ${what} are ${form}; ${path} has ${there}`);
    return asked;
  }
  const found = kinds.map((kind) => columns.filter(kind)).find((list) => list.length > 0) ?? [];
  if (found.length === 0)
    throw new UserError(`${path}: no column of ${what} (${form}) among ${there || "none"}; name one by ${option}`);
  if (found.length > 1)
    throw new UserError(`${path}: ${found.map(nameOf).join(" and ")} are columns of ${what}; choose one by ${option}`);
  return nameOf(found[0]);
}

const isRepeated = ({ element }: SchemaTree): boolean => element.repetition_type === "REPEATED";

/** A struct with `bytes` or `path`, or bytes by themselves, one for each row. */
const holdsImages = (column: SchemaTree): boolean => {
  if (isRepeated(column)) return false;
  if (column.children.length === 0) return column.element.type === "BYTE_ARRAY" && !isText(column);
  return column.children.some((child) => ["bytes", "path"].includes(nameOf(child)) && isBytes(child));
};

const isBytes = (column: SchemaTree): boolean =>
  column.children.length === 0 && column.element.type === "BYTE_ARRAY" && !isRepeated(column);

const isText = ({ element }: SchemaTree): boolean =>
  element.converted_type === "UTF8" || element.logical_type?.type === "STRING";

const holdsLabels = (column: SchemaTree): boolean =>
  column.children.length === 0 &&
  !isRepeated(column) &&
  ["INT32", "INT64", "BYTE_ARRAY"].includes(column.element.type ?? "");

function inWords(column: SchemaTree): string {
  const { type } = column.element;
  const kind =
    column.children.length > 0 ? `{${column.children.map(nameOf).join(", ")}}` : isText(column) ? "text" : type;
  return `${nameOf(column)} (${kind})`;
}

/** By column; none where the file was not written by `datasets`. */
function featuresOf({ notes }: ParquetFile): Readonly<Record<string, Feature | undefined>> {
  try {
    return JSON.parse(notes.get("huggingface") ?? "{}").info?.features ?? {};
  } catch {
    return {};
  }
}

const isNames = (names: unknown): names is string[] =>
  Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === "string");
