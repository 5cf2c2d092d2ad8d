import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { imageExtensions, isImageName } from "./decode.ts";
import { type BadImage, type Decoded, type Decoder, memoryDecoder } from "./decode-set.ts";
import type { DataSetEntry, ResolvedOptions } from "./entry.ts";
import { readReason } from "./files.ts";
import { diskDecoder } from "./image-cache.ts";

const defaultSize = 32;

/** Names under which people keep their held-out images, besides our own. */
const validationNames = ["validation", "val", "valid"];

/**
 * The user's own images: `<folder>/<split>/<class>/*`. Splits `train` and `test` must be there; `validation` (or `val`,
 * `valid`) may be, else part of `train` is held out; every other top-level folder is a shift set. All splits have the
 * classes of `train`, except that a shift set may lack some. Images are turned as their EXIF tag says, laid on white
 * where transparent, scaled to cover a square and cropped to its middle; grey becomes RGB. Hidden files are skipped. More
 * than memory should hold is decoded to disk, once, and read from there.
 */
export const folder: DataSetEntry = {
  title: "Folder of images",
  description:
    "Your own images as <split>/<class>/*.{jpg,png,webp,avif,gif,tif}; splits train, test, optionally validation.",
  licence: "yours",
  source: "a folder on this machine",
  howToFetch: "nothing to fetch: give the folder",

  locate: () => undefined,

  async load(options) {
    if (!options.folder) throw new UserError("folder: which folder? It must hold train/<class>/* and test/<class>/*");
    const root = resolve(options.folder);
    const splits = subfolders(root);
    const validation = validationNames.filter((name) => splits.includes(name));
    if (validation.length > 1)
      throw new UserError(`${root}: both ${validation.join(" and ")} are there; keep one validation split`);
    for (const split of ["train", "test"])
      if (!splits.includes(split))
        throw new UserError(`${root}: no "${split}" folder (found ${splits.join(", ") || "none"})`);
    const shifts = splits.filter((name) => name !== "train" && name !== "test" && !validation.includes(name));
    const classNames = classesOf(root, "train");
    if (classNames.length < 2)
      throw new UserError(`${join(root, "train")}: at least 2 class folders are needed, found ${classNames.length}`);
    // List everything before decoding anything, so that a misnamed folder is told at once.
    const lists = new Map(
      ["train", ...validation, "test", ...shifts].map((split) => [
        split,
        listImages(root, split, classNames, shifts.includes(split)),
      ]),
    );
    const count = [...lists.values()].reduce((sum, list) => sum + list.length, 0);
    const decode = decoderFor(root, count, options);
    const decoded = new Map<string, Decoded>();
    for (const [split, list] of lists)
      decoded.set(
        split,
        await decode(
          list.map(({ path }) => path),
          `${basename(root)}/${split}`,
        ),
      );
    reportBad(
      [...decoded.values()].flatMap(({ bad }) => bad),
      options,
    );
    const { imageSize = defaultSize } = options;
    const setOf = (split: string, as = split) =>
      toImageSet(`${basename(root)}/${as}`, lists.get(split)!, decoded.get(split)!, classNames, imageSize);
    const held = validation.length > 0 ? { validation: setOf(validation[0], "validation") } : {};
    return {
      title: basename(root),
      train: setOf("train"),
      test: setOf("test"),
      ...held,
      shifts: shifts.map((shift) => setOf(shift)),
    };
  },
};

interface ListedImage {
  readonly path: string;
  readonly label: number;
}

function entries(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}

/** Links count as what they lead to, as `find -L` has it; a link to nothing is a file that cannot be read. */
const isFolder = (parent: string, entry: Dirent): boolean =>
  entry.isDirectory() ||
  (entry.isSymbolicLink() && (statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false));

// By code point: the same order whatever the locale.
const sorted = (names: string[]): string[] => names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

const subfolders = (path: string): string[] =>
  sorted(
    entries(path)
      .filter((entry) => isFolder(path, entry))
      .map(({ name }) => name),
  );

const classesOf = (root: string, split: string): string[] => subfolders(join(root, split));

function listImages(root: string, split: string, classNames: readonly string[], maySkip: boolean): ListedImage[] {
  const found = classesOf(root, split);
  const unknown = found.find((name) => !classNames.includes(name));
  if (unknown !== undefined)
    throw new UserError(`${join(root, split, unknown)}: class "${unknown}" is not among those of train`);
  const missing = classNames.find((name) => !found.includes(name));
  if (missing !== undefined && !maySkip)
    throw new UserError(`${join(root, split)}: class "${missing}" of train has no folder here`);
  if (found.length === 0) throw new UserError(`${join(root, split)}: no class folders`);
  return found.flatMap((className) => {
    const path = join(root, split, className);
    const files = entries(path).filter((entry) => !isFolder(path, entry));
    const images = sorted(files.map(({ name }) => name).filter(isImageName));
    if (images.length === 0)
      throw new UserError(`${path}: no images (${imageExtensions.join(", ")}) among its ${files.length} files`);
    return images.map((name) => ({ path: join(path, name), label: classNames.indexOf(className) }));
  });
}

/** The most that is decoded into memory, in bytes; larger folders are decoded to disk. */
const MOST_IN_MEMORY = 2 ** 30;

/** How the images are to be decoded: to disk where they are asked to be, or are too many for memory. */
function decoderFor(root: string, images: number, options: ResolvedOptions): Decoder {
  const { imageSize = defaultSize, stream, onProgress } = options;
  return stream || images * imageSize * imageSize * 3 > MOST_IN_MEMORY
    ? diskDecoder(root, imageSize, options)
    : memoryDecoder(imageSize, onProgress);
}

/** The readable files of a list as a set. @throws UserError where a class has none */
function toImageSet(
  name: string,
  list: readonly ListedImage[],
  { images, rows }: Decoded,
  classNames: readonly string[],
  size: number,
): ImageSet {
  const labels = Int32Array.from(rows, (row) => list[row].label);
  const left = new Set(labels);
  const lost = list.find(({ label }) => !left.has(label));
  if (lost) throw new UserError(`${dirname(lost.path)}: none of its images can be read`);
  return { name, height: size, width: size, channels: 3, images, labels, classNames };
}

/** Files that are told by name, of those that cannot be read. */
const MOST_NAMED = 20;

/** @throws UserError for files that cannot be read, unless they are to be skipped */
function reportBad(bad: readonly BadImage[], { badImages = "refuse", onNotice }: ResolvedOptions): void {
  if (bad.length === 0) return;
  if (badImages === "refuse") {
    const [{ path, reason }, ...others] = bad;
    const more = others.length > 0 ? ` (and ${others.length} more: ${named(others)})` : "";
    throw new UserError(`${path}: ${reason}, or leave such files out with --bad-images skip${more}`);
  }
  const found = bad.filter(({ known }) => !known);
  for (const { path, reason } of found.slice(0, MOST_NAMED)) onNotice?.(`skipped ${path}: ${reason}`);
  if (found.length > MOST_NAMED) onNotice?.(`skipped ${found.length - MOST_NAMED} more that cannot be read`);
  const before = bad.filter(({ known }) => known);
  if (before.length > 0) onNotice?.(`skipped ${before.length} that could not be read before: ${named(before)}`);
}

const named = (bad: readonly BadImage[]): string =>
  bad
    .slice(0, MOST_NAMED)
    .map(({ path }) => path)
    .join(", ") + (bad.length > MOST_NAMED ? ", …" : "");
