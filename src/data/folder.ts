import { basename, resolve } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import type { BadImage, Decoded } from "./decode-set.ts";
import { decoderFor } from "./decoder.ts";
import type { DataSetEntry, ResolvedOptions } from "./entry.ts";
import { type ListedImage, readLayout } from "./folder-layout.ts";

const defaultSize = 32;

/**
 * The user's own images: `<folder>/<split>/<class>/**`. Of the splits, `validation` (or `val`, `valid`) may
 * be missing, and part of `train` is held out; without `test` it is the test set; every other top-level folder is a shift
 * set. Of `<folder>/<class>/**` a part is held out for the test. What is split here is said in a notice. All splits have the
 * classes of `train`, except that a shift set may lack some. Images are turned as their EXIF tag says, laid on white
 * where transparent, scaled to cover a square and cropped to its middle; grey becomes RGB. Hidden files are skipped;
 * others that are no images are left out, which a notice says. More than memory should hold is decoded to disk, once, and
 * read from there.
 */
export const folder: DataSetEntry = {
  title: "Folder of images",
  description:
    "Your own images (JPEG, PNG, WebP, AVIF, GIF, TIFF) as <split>/<class>/**, splits train, test, optionally validation; or as <class>/** alone.",
  licence: "yours",
  source: "a folder on this machine",
  howToFetch: "nothing to fetch: give the folder",
  augment: [
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ],
  background: 0,
  // Photographs, most likely: of digits they are told by the black paper alone.
  foreign: { near: [], far: ["emoji", "textures"] },
  options: ["folder", "stream", "badImages"],

  locate: () => undefined,

  async load(options) {
    if (!options.folder)
      throw new UserError("folder: which folder? It must hold train/<class>/* and test/<class>/*, or <class>/* alone");
    const root = resolve(options.folder);
    const { classNames, train, validation, test, shifts } = readLayout(root, options);
    const lists = new Map<string, readonly ListedImage[]>([
      ["train", train],
      ...(validation ? [["validation", validation] as const] : []),
      ["test", test],
      ...shifts,
    ]);
    const { imageSize = defaultSize } = options;
    const count = [...lists.values()].reduce((sum, list) => sum + list.length, 0);
    const decode = decoderFor(root, count, imageSize, options);
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
    const setOf = (split: string) =>
      toImageSet(`${basename(root)}/${split}`, lists.get(split)!, decoded.get(split)!, classNames, imageSize);
    return {
      title: basename(root),
      train: setOf("train"),
      test: setOf("test"),
      ...(validation && { validation: setOf("validation") }),
      shifts: [...shifts.keys()].map(setOf),
    };
  },
};

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
  if (lost) throw new UserError(`${name}/${classNames[lost.label]}: none of its images can be read`);
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
    throw new UserError(`${path}: ${reason}, or leave such files out with data.badImages skip${more}`);
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
