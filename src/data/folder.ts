import { type Dirent, existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { decodeImage, imageExtensions, isImageName } from "./decode.ts";
import type { DataSetEntry, ResolvedOptions } from "./entry.ts";
import { readReason } from "./files.ts";
import { forEachLimited } from "./parallel.ts";

/** Names under which people keep their held-out images, besides our own. */
const validationNames = ["validation", "val", "valid"];

/**
 * The user's own images: `<folder>/<split>/<class>/*`. Splits `train` and `test` must be there; `validation` (or `val`,
 * `valid`) may be, else part of `train` is held out; every other top-level folder is a shift set. All splits have the
 * classes of `train`, except that a shift set may lack some. Images are turned as their EXIF tag says, laid on white
 * where transparent, scaled to cover a square and cropped to its middle; grey becomes RGB. Hidden files are skipped.
 */
export const folder: DataSetEntry = {
  title: "Folder of images",
  description: "Your own images as <split>/<class>/*.{jpg,jpeg,png,webp}; splits train, test, optionally validation.",
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
    const read = (split: string, as = split) =>
      decodeAll(`${basename(root)}/${as}`, lists.get(split)!, classNames, options);
    const sets = { train: await read("train"), test: await read("test") };
    const held = validation.length > 0 ? { validation: await read(validation[0], "validation") } : {};
    const shiftSets: ImageSet[] = [];
    for (const shift of shifts) shiftSets.push(await read(shift));
    return { title: basename(root), ...sets, ...held, shifts: shiftSets };
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

const isFolder = (parent: string, entry: Dirent): boolean =>
  entry.isDirectory() || (entry.isSymbolicLink() && existsSync(join(parent, entry.name, ".")));

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

async function decodeAll(
  name: string,
  list: readonly ListedImage[],
  classNames: readonly string[],
  { imageSize = 32, onProgress }: ResolvedOptions,
): Promise<ImageSet> {
  const bytesPerImage = imageSize * imageSize * 3;
  const images = new Uint8Array(list.length * bytesPerImage);
  let done = 0;
  await forEachLimited(list, 2 * availableParallelism(), async ({ path }, i) => {
    images.set(await decodeImage(path, imageSize), i * bytesPerImage);
    onProgress?.({ label: name, done: ++done, total: list.length, unit: "images" });
  });
  const labels = Int32Array.from(list, ({ label }) => label);
  return { name, height: imageSize, width: imageSize, channels: 3, images, labels, classNames };
}
