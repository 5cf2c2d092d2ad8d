import { statSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../core/index.ts";
import { readReason } from "./files.ts";
import { stampOf } from "./image-index.ts";

/** An image before it is decoded: a file, or a part of one. */
export interface ImageSource {
  /** What messages call it. */
  readonly path: string;
  /** What a cache knows it by: where it lies below the root of its data set. */
  readonly name: string;
  /** What tells it from another that took its place. @throws UserError for a file that is not there */
  stamp(): string;
  /** Its bytes, or the path of a file that holds nothing else. @throws UserError that begins with `path` and a colon */
  read(): string | Promise<string | Uint8Array>;
}

// A class: of a million of them each holds its path alone.
class ImageFileSource implements ImageSource {
  constructor(
    readonly root: string,
    readonly path: string,
  ) {}

  get name(): string {
    return relative(this.root, this.path);
  }

  stamp(): string {
    return stampAt(this.path);
  }

  read(): string {
    return this.path;
  }
}

/** A file of one image, below `root`. */
export const imageFile = (root: string, path: string): ImageSource => new ImageFileSource(root, path);

/** @throws UserError for a file that is not there */
export function stampAt(path: string): string {
  try {
    return stampOf(statSync(path));
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${readReason(error)}`);
  }
}
