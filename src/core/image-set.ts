import { boxesAt, type ObjectBoxes } from "./boxes.ts";
import { type Images, selectImages } from "./images.ts";
import type { PictureSource } from "./picture-source.ts";

/** One uint8 image, [H, W, C] row-major; C is 1 (grey) or 3 (RGB). */
export interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Each image's member of a named partition: the vendor that drew it, the concept that it shows. */
export interface Partition {
  readonly names: readonly string[];
  /** [N], index into `names`. */
  readonly index: Int32Array;
}

/** Labelled images of one size, as they lie on disk: uint8, not yet normalised. */
export interface ImageSet {
  /** What a report calls it, e.g. `emoji/test`. */
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: number;
  /** [N, H, W, C] row-major, in memory or in a file: read them by `imageAt`. */
  readonly images: Images;
  /** [N], index into `classNames`; −1 where an image has no class of its own, as scenes with `boxes` have none. */
  readonly labels: Int32Array;
  readonly classNames: readonly string[];
  /** Where each image comes from (an emoji vendor); absent where a data set has one source. */
  readonly domains?: Partition;
  /** What each image shows, for splits that keep all drawings of a concept together. */
  readonly concepts?: Partition;
  /** [N], what is said of each image, one or more texts; absent where nothing is said. */
  readonly captions?: readonly (readonly string[])[];
  /** What lies where on the N images, in their pixels; `boxes.names` are `classNames`. Absent where no objects are known. */
  readonly boxes?: ObjectBoxes;
  /** Of images that are pictures of any size, put into squares: which, and what their file calls the classes. */
  readonly source?: PictureSource;
  /** What classes are called in texts, by their names; a class without one is called by its name. */
  readonly classTexts?: Readonly<Record<string, string>>;
}

/**
 * What classes are called in texts, in their order.
 * @example
 * console.log(textsOfClasses({ classNames: ["animal mammal", "heart"], classTexts: { "animal mammal": "animal" } })); // animal, heart
 */
export const textsOfClasses = ({
  classNames,
  classTexts = {},
}: Pick<ImageSet, "classNames" | "classTexts">): string[] =>
  classNames.map((name) => (Object.hasOwn(classTexts, name) ? classTexts[name] : name));

/**
 * Number of images N.
 * @example
 * console.log(`${imageCount(dataSet.train)} images to train on`);
 */
export const imageCount = (set: ImageSet): number => set.labels.length;

const pick = (partition: Partition | undefined, rows: ArrayLike<number>): Partition | undefined =>
  partition && { names: partition.names, index: Int32Array.from(rows, (row) => partition.index[row]) };

/**
 * The images at `rows`, in that order, under a new name.
 * @example
 * const few = subset(dataSet.test, [0, 1, 2], "first three");
 * console.log(few.name, few.labels);
 */
export function subset(set: ImageSet, rows: ArrayLike<number>, name = set.name): ImageSet {
  return {
    ...set,
    name,
    images: selectImages(set, rows),
    labels: Int32Array.from(rows, (row) => set.labels[row]),
    domains: pick(set.domains, rows),
    concepts: pick(set.concepts, rows),
    captions: set.captions && Array.from(rows, (row) => set.captions![row]),
    ...(set.boxes && { boxes: boxesAt(set.boxes, rows) }),
    ...(set.source && {
      source: { ...set.source, pictures: Array.from(rows, (row) => set.source!.pictures[row]) },
    }),
  };
}

/** Captions of the images of all sets, one set after the other; absent where one of them has none. */
export const joinCaptions = (sets: readonly ImageSet[]): ImageSet["captions"] =>
  sets.every(({ captions }) => captions) ? sets.flatMap(({ captions }) => captions!) : undefined;

/**
 * What a data set gives to a run. Training never sees `test` or `shifts`; checkpoint choice, temperatures and
 * thresholds come from `validation`, which is held out of the training set.
 */
export interface DataSet {
  /** The name typed by the user: `emoji`, `cifar10`, … */
  readonly name: string;
  /** What results must say beside the numbers, e.g. `CIFAR-10 (JPEG copy)`. */
  readonly title: string;
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
  /** Further test sets under distribution shift, e.g. unseen emoji vendors. */
  readonly shifts: readonly ImageSet[];
  /** All images of classes that are held out, of which none is trained on: in parts, labelled by all classes. */
  readonly heldOut?: readonly ImageSet[];
  /** Per-channel statistics of the training images in [0, 1]: images are fed as (x / 255 − mean) / std. */
  readonly normalization: Normalization;
}

export interface Normalization {
  /** [C], in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], in [0, 1]. */
  readonly std: readonly number[];
}
