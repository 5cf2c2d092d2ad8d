import { resolve } from "node:path";
import { UserError } from "../core/index.ts";
import { withCaptions } from "./captions-file.ts";
import { wordsOf } from "./class-words.ts";
import type { DataSetEntry } from "./entry.ts";
import { readLayout } from "./folder-layout.ts";
import { decodeSplits } from "./listed-splits.ts";
import { ownImages } from "./own-images.ts";

/**
 * The user's own images: `<folder>/<split>/<class>/**`. Of the splits, `validation` (or `val`, `valid`) may
 * be missing, and part of `train` is held out; without `test` it is the test set; every other top-level folder is a shift
 * set. Of `<folder>/<class>/**` a part is held out for the test. What is split here is said in a notice. All splits have the
 * classes of `train`, except that a shift set may lack some. Images are turned as their EXIF tag says, laid on white
 * where transparent, scaled to cover a square and cropped to its middle; grey becomes RGB. Hidden files are skipped;
 * others that are no images are left out, which a notice says. Tiny-ImageNet's validation, whose classes a text says, is read, too;
 * folders of ImageNet get the words of a file of theirs for names. More than memory should hold is decoded to disk, once, and
 * read from there. What `<folder>/captions.jsonl` says of the images are their captions.
 */
export const folder: DataSetEntry = {
  title: "Folder of images",
  description:
    "Your own images (JPEG, PNG, WebP, AVIF, GIF, TIFF) as <split>/<class>/**, splits train, test, optionally validation; or as <class>/** alone.",
  ...ownImages,
  options: ["folder", "stream", "badImages", "classNames"],

  async load(options) {
    if (!options.folder)
      throw new UserError("folder: which folder? It must hold train/<class>/* and test/<class>/*, or <class>/* alone");
    const root = resolve(options.folder);
    const layout = readLayout(root, options);
    const named = { ...layout, classNames: wordsOf(root, layout.classNames, options) };
    return decodeSplits(root, withCaptions(root, named, options), options);
  },
};
