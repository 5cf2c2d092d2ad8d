import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type SharedImages, type StoredImages, UserError } from "../core/index.ts";
import { writeFileAtomic } from "./run-folder.ts";
import { sha256 } from "./sha256.ts";

/** A file that is opened when it is first used, and closed at the latest when nothing refers to it any more. */
class Handle {
  #fd: number | undefined;

  constructor(
    readonly path: string,
    readonly flags: "r" | "r+",
  ) {}

  get fd(): number {
    if (this.#fd === undefined) {
      this.#fd = openSync(this.path, this.flags);
      forgotten.register(this, this.#fd, this);
    }
    return this.#fd;
  }

  close(): void {
    if (this.#fd === undefined) return;
    forgotten.unregister(this);
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

const forgotten = new FinalizationRegistry<number>((fd) => closeSync(fd));

/**
 * Decoded images of one size, one behind the other in a file: as much of them is in memory as is being used. Reading waits
 * for the disk, or, mostly, for the system's cache of it.
 * @example
 * const set = await loadDataSet({ name: "folder", folder: "photos", stream: true, seed: 0 });
 * if (set.train.images instanceof ImageFile) console.log(`read from ${set.train.images.path} as needed`);
 */
export class ImageFile implements StoredImages {
  readonly #handle: Handle;

  constructor(
    readonly path: string,
    readonly bytesPerImage: number,
    readonly places: Int32Array,
    handle: "r" | "r+" | Handle = "r",
  ) {
    this.#handle = handle instanceof Handle ? handle : new Handle(path, handle);
  }

  /** Of all images, in bytes. */
  get length(): number {
    return this.places.length * this.bytesPerImage;
  }

  /** A copy of one image, [H, W, C]. @throws UserError where the file ends before it */
  read(row: number): Uint8Array {
    const { bytesPerImage } = this;
    const image = new Uint8Array(bytesPerImage);
    if (readSync(this.#handle.fd, image, 0, bytesPerImage, this.places[row] * bytesPerImage) < bytesPerImage)
      throw new UserError(`${this.path}: truncated; delete the folder that it lies in, it is made anew`);
    return image;
  }

  /** For files opened with `r+`. */
  write(row: number, image: Uint8Array): void {
    writeSync(this.#handle.fd, image, 0, image.length, this.places[row] * this.bytesPerImage);
  }

  /** The images at `rows`, in that order, of the same file. */
  select(rows: ArrayLike<number>): ImageFile {
    const places = Int32Array.from(rows, (row) => this.places[row]);
    return new ImageFile(this.path, this.bytesPerImage, places, this.#handle);
  }

  /**
   * What follows from these images alone, computed once and kept as JSON beside the file: places are never written over,
   * so it holds as long as the file is there.
   */
  remember<T>(what: string, compute: () => T): T {
    const { buffer, byteOffset, byteLength } = this.places;
    const key = sha256(`${basename(this.path)} ${what} `, new Uint8Array(buffer, byteOffset, byteLength));
    const kept = join(dirname(this.path), `known-${key.slice(0, 24)}.json`);
    try {
      return JSON.parse(readFileSync(kept, "utf8")) as T;
    } catch {
      const value = compute();
      try {
        writeFileAtomic(kept, JSON.stringify(value));
      } catch {
        // It costs a pass over the images next time, no more.
      }
      return value;
    }
  }

  close(): void {
    this.#handle.close();
  }
}

/** In the thread: the images that were shared, to be read or, with `r+`, written to. */
export const openImages = (images: SharedImages, flags: "r" | "r+" = "r"): Uint8Array | ImageFile =>
  images instanceof Uint8Array ? images : new ImageFile(images.path, images.bytesPerImage, images.places, flags);
