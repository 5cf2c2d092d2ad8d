import { closeSync, type Dirent, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UserError } from "../core/index.ts";
import { readReason } from "./files.ts";

/** Extensions of the formats that can be decoded, as cameras, browsers and tools write them. */
export const imageExtensions = [
  ...[".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp"],
  ...[".png", ".apng", ".webp", ".avif", ".gif", ".tif", ".tiff"],
];

/** The formats, in words. */
export const readableFormats = "JPEG, PNG, WebP, AVIF, GIF, TIFF";

/** How files of the formats begin; a file of another extension, or none, that begins so is an image, too. */
const beginnings = [
  /^\xff\xd8\xff/,
  /^\x89PNG/,
  /^RIFF.{4}WEBP/s,
  /^.{4}ftypavi[fs]/s,
  /^GIF8/,
  /^II[*+]\0/,
  /^MM\0[*+]/,
];

/** Files of a folder and those below it. */
export interface ListedFiles {
  /** Paths from the folder, by code point. */
  readonly images: readonly string[];
  /** Paths from the folder of all others. */
  readonly others: readonly string[];
}

/** By code point, which is the order of UTF-8's bytes: the same whatever the locale. */
export const sorted = (names: string[]): string[] =>
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** What is in a folder, but hidden files. @throws UserError for one that cannot be read */
export function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}

/** Links count as what they lead to, as `find -L` has it; a link to nothing is a file that cannot be read. */
export const isFolder = (parent: string, entry: Dirent): boolean =>
  entry.isDirectory() ||
  (entry.isSymbolicLink() && (statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false));

/** Files of a folder itself, by code point. @throws UserError for one that cannot be read */
export const filesIn = (path: string): string[] =>
  sorted(
    entriesOf(path)
      .filter((entry) => !isFolder(path, entry))
      .map(({ name }) => name),
  );

/**
 * All files in a folder and those below it, without hidden ones. Images are told by their extension, or by how they begin.
 * @throws UserError for a folder that cannot be read, or a link that leads back to a folder above it
 */
export function listImages(folder: string): ListedFiles {
  const images: string[] = [];
  const others: string[] = [];
  const visit = (below: string, above: readonly string[]) => {
    const path = join(folder, below);
    const real = realpathSync(path);
    if (above.includes(real)) throw new UserError(`${path}: a link to a folder that it lies in; remove it`);
    for (const entry of entriesOf(path)) {
      const name = join(below, entry.name);
      if (isFolder(path, entry)) visit(name, [...above, real]);
      else if (isImage(join(folder, name))) images.push(name);
      else others.push(name);
    }
  };
  try {
    visit("", []);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${folder}: ${readReason(error)}`);
  }
  return { images: sorted(images), others: sorted(others) };
}

const isImage = (path: string): boolean => imageExtensions.includes(extname(path).toLowerCase()) || beginsAsImage(path);

/** Whether a file begins as one of the formats does. One that cannot be read does not. */
export function beginsAsImage(path: string): boolean {
  try {
    // Opening what is no file, a pipe for instance, might wait for ever.
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(12);
      readSync(file, head, 0, head.length, 0);
      const text = head.toString("latin1");
      return beginnings.some((beginning) => beginning.test(text));
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Kinds of files that are told apart, of those left out. */
const MOST_KINDS = 6;

/** Files by their extension, in words: `12 .bmp, 3 without extension`. */
export function countedByKind(paths: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const kind = extname(path).toLowerCase() || "without extension";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = kinds.slice(0, MOST_KINDS).map(([kind, count]) => `${count} ${kind}`);
  return shown.join(", ") + (kinds.length > MOST_KINDS ? ", …" : "");
}
