import { resolve } from "node:path";
import {
  type DataSet,
  type ImageSet,
  imageCount,
  type Listener,
  permutation,
  Random,
  subset,
  UserError,
} from "../core/index.ts";
import { type DataOptions, dataSetNames, locateDataSet, matchImages } from "../data/index.ts";
import { invertImages, loadOtherSet, otherSetNames, ownerOf, pictureSet } from "../data/internal.ts";
import { heldOutImages } from "./held-out-images.ts";
import { letterSet } from "./letters.ts";
import { textureSet } from "./textures.ts";

/** Images that a model should not know. */
export type ForeignSource =
  /** A data set's test images, or their negatives. */
  | { readonly data: string; readonly inverted: boolean }
  /** Made ones. */
  | { readonly made: MadeSet }
  /** A set of a data set that none of its classes is of. */
  | { readonly other: string; readonly of: string }
  /** The classes that the run held out. */
  | { readonly heldOut: true }
  /** All pictures in a folder and those below it. */
  | { readonly name: string; readonly folder: string };

const inverted = "-inverted";
/** By their names: so many images in the shape of a set. */
const madeSets = { letters: letterSet, textures: textureSet } as const;
type MadeSet = keyof typeof madeSets;
/** Classes that a run held out, as a foreign set. */
export const heldOutName = "held-out";

/**
 * Names of data sets, of their negatives, of sets beside their classes, of made images and of held-out classes that `--ood` takes besides folders.
 * @example
 * console.log(foreignNames()); // ["emoji", …, "emoji-inverted", …]
 */
export const foreignNames = (): readonly string[] => [
  ...dataSetNames,
  ...dataSetNames.map((name) => `${name}${inverted}`),
  ...otherSetNames(),
  ...Object.keys(madeSets),
  heldOutName,
];

/**
 * What `--ood` means: a name of `foreignNames`, or `NAME=FOLDER`. @throws UserError for anything else
 * @example
 * foreignSource("mnist-inverted"); // { data: "mnist", inverted: true }
 * foreignSource("holidays=photos/2024"); // all pictures of a folder
 */
export function foreignSource(text: string): ForeignSource {
  const at = text.indexOf("=");
  if (at >= 0) {
    const [name, folder] = [text.slice(0, at), text.slice(at + 1)];
    if (!/^[^/\\\p{Cc}]+$/u.test(name) || folder === "")
      throw new UserError(`options.ood ${text}: must be NAME=FOLDER, the name without slashes`);
    return { name, folder: resolve(folder) };
  }
  if (!foreignNames().includes(text))
    throw new UserError(
      `options.ood ${text}: must be one of ${foreignNames().join(", ")}, or NAME=FOLDER with your own pictures`,
    );
  if (Object.hasOwn(madeSets, text)) return { made: text as MadeSet };
  if (text === heldOutName) return { heldOut: true };
  const of = ownerOf(text);
  if (of !== undefined) return { other: text, of };
  return text.endsWith(inverted)
    ? { data: text.slice(0, -inverted.length), inverted: true }
    : { data: text, inverted: false };
}

/** Whether what a name of `foreignNames` means is on this machine. */
export function isAtHand(name: string, dataDir?: string): boolean {
  const source = foreignSource(name);
  const data = "data" in source ? source.data : "of" in source ? source.of : undefined;
  return data === undefined || locateDataSet(data, dataDir) !== undefined;
}

/** `count` of another data set's test images, always the same ones, in the shape of `like`. */
export function foreignImages({ test }: DataSet, like: ImageSet, count = imageCount(like)): ImageSet {
  return someOf(matchImages(test, like), count);
}

function someOf(set: ImageSet, count: number): ImageSet {
  if (count >= imageCount(set)) return set;
  const rows = permutation(imageCount(set), new Random("foreign images", set.name)).slice(0, count).sort();
  return subset(set, rows);
}

/**
 * The sets of foreign images by what `--ood` says, each in the shape of `like`, and as many images as that has.
 * @throws UserError for names that are not known or given twice, the data that the run was trained on, and folders
 *   without pictures
 */
export async function foreignSets(
  texts: readonly string[],
  to: ForeignTo,
  load: (options: DataOptions) => Promise<DataSet>,
  options: ForeignOptions,
): Promise<ImageSet[]> {
  const sets: ImageSet[] = [];
  for (const text of texts) {
    const source = foreignSource(text);
    const set = await imagesOf(text, source, to, load, options);
    if ("folder" in source && sets.some(({ name }) => name === set.name))
      throw new UserError(`options.ood ${text}: the name is taken by another folder; choose another`);
    sets.push(set);
  }
  return sets;
}

/** @param text what `--ood` called the source */
async function imagesOf(
  text: string,
  source: ForeignSource,
  { run, data, like, heldOut }: ForeignTo,
  load: (options: DataOptions) => Promise<DataSet>,
  { oodCount: count = imageCount(like), dataDir, onNotice }: ForeignOptions,
): Promise<ImageSet> {
  if ("folder" in source) return pictureSet(source.name, source.folder, like, { count, onNotice });
  if ("made" in source) return madeSets[source.made](like, count);
  if ("heldOut" in source) {
    if (!heldOut)
      throw new UserError(
        `options.ood ${text}: ${run} knows all classes of its data; train it with data.holdOut CLASS, or leave this out`,
      );
    return heldOutImages(heldOut, like, count);
  }
  if ("other" in source) {
    const where = source.of === data.name ? { ...data, onNotice } : { name: source.of, dataDir, seed: 0 };
    return someOf(matchImages(await loadOtherSet(source.other, where), like), count);
  }
  if (source.data === data.name)
    throw new UserError(`options.ood ${text}: ${run} was trained on it; choose another data set`);
  const images = foreignImages(await load({ name: source.data, dataDir, seed: 0 }), like, count);
  return source.inverted ? invertImages(images) : images;
}

/** A run that images are foreign to. */
export interface ForeignTo extends Pick<DataSet, "heldOut"> {
  readonly run: string;
  /** What its data were loaded by. */
  readonly data: DataOptions;
  readonly like: ImageSet;
}

export interface ForeignOptions extends Pick<Listener, "onNotice"> {
  /** How many images of each; as many as there are test images where absent. */
  readonly oodCount?: number;
  readonly dataDir?: string;
}
