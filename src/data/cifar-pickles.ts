import { join } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { digest, readNamed } from "./files.ts";
import { type Pickled, readPickle } from "./pickle.ts";

const pixels = 32 * 32;

/** Batches in one set, and whether all of them are as published. */
export interface ReadPickles {
  readonly set: ImageSet;
  readonly official: boolean;
}

/**
 * Batches of CIFAR as torchvision has them, which are pickles of Python 2.
 * @param md5 of the published files, by name, in their order
 * @param key of the labels: `labels`, `fine_labels` or `coarse_labels`
 * @throws UserError naming the file where it is no batch, or a label is none of the classes
 */
export function readCifarPickles(
  folder: string,
  md5: Readonly<Record<string, string>>,
  { name, key, classNames }: { readonly name: string; readonly key: string; readonly classNames: readonly string[] },
): ReadPickles {
  const parts: { readonly images: Uint8Array; readonly labels: readonly number[] }[] = [];
  let official = true;
  for (const [file, published] of Object.entries(md5)) {
    const path = join(folder, file);
    const bytes = readNamed(path);
    official &&= digest("md5", bytes) === published;
    parts.push(readBatch(bytes, path, key, classNames.length));
  }
  const images = new Uint8Array(parts.reduce((sum, part) => sum + part.images.length, 0));
  let at = 0;
  for (const part of parts) {
    toPixels(part.images, images.subarray(at));
    at += part.images.length;
  }
  const labels = Int32Array.from(parts.flatMap((part) => part.labels));
  return { set: { name, height: 32, width: 32, channels: 3, images, labels, classNames }, official };
}

/** Images channel by channel, and labels. */
function readBatch(bytes: Uint8Array, path: string, key: string, classes: number) {
  const batch = dictionaryOf(readPickle(bytes, path), path);
  const data = batch.get("data");
  if (
    !(
      typeof data === "object" &&
      data !== null &&
      "shape" in data &&
      data.shape.length === 2 &&
      data.shape[1] === 3 * pixels
    )
  )
    throw new UserError(`${path}: no array "data" of rows of ${3 * pixels} bytes; not a batch of CIFAR`);
  const labels = batch.get(key);
  const keys = [...batch.keys()].join(", ");
  if (!Array.isArray(labels))
    throw new UserError(`${path}: no list "${key}" (found ${keys}); not the batch that is meant`);
  if (labels.length !== data.shape[0])
    throw new UserError(`${path}: ${labels.length} labels for ${data.shape[0]} images; fetch it again`);
  const wrong = labels.findIndex((label) => !(typeof label === "number" && label >= 0 && label < classes));
  if (wrong >= 0)
    throw new UserError(`${path}: image ${wrong} has label ${labels[wrong]}, expected 0 … ${classes - 1}`);
  return { images: data.data, labels: labels as number[] };
}

/** [N, 3, 1024] → [N, 1024, 3] */
function toPixels(planes: Uint8Array, out: Uint8Array): void {
  for (let from = 0; from < planes.length; from += 3 * pixels)
    for (let c = 0; c < 3; c++) for (let p = 0; p < pixels; p++) out[from + p * 3 + c] = planes[from + c * pixels + p];
}

/**
 * A list of names in a batch's own metadata, e.g. `fine_label_names`.
 * @throws UserError where there is none
 */
export function readCifarNames(path: string, key: string): string[] {
  const names = dictionaryOf(readPickle(readNamed(path), path), path).get(key);
  if (!(Array.isArray(names) && names.every((name) => typeof name === "string")))
    throw new UserError(`${path}: no list "${key}" of names; fetch it again`);
  return names as string[];
}

function dictionaryOf(value: Pickled, path: string): Map<Pickled, Pickled> {
  if (value instanceof Map) return value;
  throw new UserError(`${path}: a pickle of what is no dictionary; not a file of CIFAR`);
}
