import { closeSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Images } from "../core/index.ts";
import { ImageFile } from "../files/index.ts";
import { scratchPrefix } from "../files/internal.ts";

let made = 0;

/** Room for as many images, all threads' to write to: in memory, or where the given ones lie in a file, in one beside it. */
export function emptyLike(images: Images): Uint8Array | ImageFile {
  if (images instanceof Uint8Array) return new Uint8Array(new SharedArrayBuffer(images.length));
  const path = join(dirname(images.path), `${scratchPrefix()}${process.pid}-${made++}.bin`);
  const fd = openSync(path, "w");
  ftruncateSync(fd, images.length);
  closeSync(fd);
  return new ImageFile(path, images.bytesPerImage, Int32Array.from(images.places.keys()));
}

/** Removes the file of images from `emptyLike`, where they have one. */
export function removeImages(images: Images): void {
  if (!(images instanceof ImageFile)) return;
  images.close();
  rmSync(images.path, { force: true });
}
