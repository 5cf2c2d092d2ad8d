import { readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "../core/index.ts";
import { inParallel } from "../core/internal.ts";
import { decodeImage } from "../data/index.ts";
import type { ModelCard } from "./card.ts";

/** An image to be read: a file, or what standard input held. */
export interface Source {
  /** What the output calls it: its path, or `-`. */
  readonly name: string;
  readonly bytes?: Uint8Array;
}

/**
 * Files as they are given; of folders all files below, by code point, but hidden ones. `-` is one image from standard
 * input.
 * @throws UserError for a folder without files, and for `-` given twice
 * @example
 * const sources = await sourcesOf(["photos"], async () => new Uint8Array()); // every picture in the folder
 */
export async function sourcesOf(paths: readonly string[], input: () => Promise<Uint8Array>): Promise<Source[]> {
  if (paths.filter((path) => path === "-").length > 1)
    throw new UserError("-: standard input holds one image; give it once");
  const sources: Source[] = [];
  for (const path of paths)
    if (path === "-") sources.push({ name: path, bytes: await input() });
    else if (isFolder(path)) sources.push(...filesBelow(path).map((name) => ({ name })));
    else sources.push({ name: path });
  return sources;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function filesBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.split(/[\\/]/).some((part) => part.startsWith(".")))
    .map((path) => join(folder, path))
    .filter((path) => !isFolder(path))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (files.length === 0) throw new UserError(`${folder}: no files in it; give images, or a folder of them`);
  return files;
}

/**
 * As the network sees them: turned by EXIF, on white where transparent, covering a square cropped to its middle; grey
 * where the model's images are. An image that cannot be read is its `UserError` instead.
 * @example
 * const classifier = await openModel("model.onnx");
 * const decoded = await decodeAll([{ name: "cat.jpg" }], classifier.card); // pixels, or what is wrong with the file
 */
export async function decodeAll(
  sources: readonly Source[],
  { height, width, channels }: Pick<ModelCard, "height" | "width" | "channels">,
): Promise<(Uint8Array | UserError)[]> {
  if (height !== width)
    throw new UserError(`the model's images are ${width}×${height}; only square ones are made from files`);
  const decoded = new Array<Uint8Array | UserError>(sources.length);
  await inParallel(sources, 2 * availableParallelism(), async ({ name, bytes }, i) => {
    try {
      decoded[i] = await decodeImage(bytes ?? name, height, channels, bytes ? "standard input" : name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      decoded[i] = error;
    }
  });
  return decoded;
}
