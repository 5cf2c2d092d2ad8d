import type { ImageSet, Progress } from "../core/index.ts";
import type { HumanLabelKind } from "./cifar10n.ts";
import type { EmojiLabel } from "./emoji-image-set.ts";
import type { LabelNoiseKind } from "./label-noise.ts";

/** What every data set may be asked for; each entry says which of the optional ones it heeds. */
export interface DataOptions {
  /** A key of `dataSetTable`. */
  readonly name: string;
  /** Root of the local copies and caches; see `defaultDataDir`. */
  readonly dataDir?: string;
  /** Height and width in pixels; the data set's own size where absent (emoji and folder: 32). */
  readonly imageSize?: number;
  /** Decides splits and random backgrounds; the same seed gives the same data. */
  readonly seed: number;
  /** Part of the training images held out for validation, in (0, 1); 0.1 where absent. */
  readonly validationFraction?: number;
  /**
   * What a class is; emoji: a category (where absent), a subgroup or a concept, cifar100: one of the 100 (where absent) or a
   * superclass.
   */
  readonly label?: EmojiLabel | "fine" | "coarse";
  /** emoji: vendors trained on, and unseen vendors of the shift set. */
  readonly domains?: { readonly train: readonly string[]; readonly shift: readonly string[] };
  /** emoji: what lies behind the drawing, white or a plain random colour per image. */
  readonly background?: "white" | "random";
  /** emoji: only the concepts of these categories; of all where absent. */
  readonly categories?: readonly string[];
  /** emoji: only the concepts of these of Unicode's subgroups; with label `subgroup` of all that are classes where absent. */
  readonly subgroups?: readonly string[];
  /** emoji: only this part of each category's concepts, in an order set by the seed; [0, 1] where absent. */
  readonly conceptShare?: readonly [from: number, to: number];
  /** emoji: part of the concepts that is tested on (label `concept`: of which one drawing is); 0.2 where absent. */
  readonly testFraction?: number;
  /** Share of the training labels that are made wrong, in [0, 0.5]; none where absent. Validation and tests stay right. */
  readonly labelNoise?: number;
  /** How; `symmetric` where absent. */
  readonly labelNoiseKind?: LabelNoiseKind;
  /** Only so many of the training images, each class with its share of them; all where absent. Validation and tests stay. */
  readonly limitTrain?: number;
  /** Classes that are not trained on: their images are foreign ones that are near to the others. None where absent. */
  readonly holdOut?: readonly string[];
  /** Exponential imbalance: how many times the first class's training images are the last one's; as they are where absent. */
  readonly imbalance?: number;
  /** cifar10: a file of CIFAR-10N's labels to train on. Validation and tests keep the data set's own. */
  readonly humanLabels?: string;
  /** Whose; `aggregate` where absent. */
  readonly humanLabelsKind?: HumanLabelKind;
  /** folder: the folder that holds `<split>/<class>/*`, or `<class>/*` alone; parquet, webdataset: the file, or the folder of its shards; image-table: the folder of the images. */
  readonly folder?: string;
  /** folder, parquet, webdataset, image-table: whether the images stay on disk, decoded, in place of memory; where absent, if they fill more than 1 GiB. */
  readonly stream?: boolean;
  /** folder, parquet, webdataset, image-table: what is done about images that cannot be read, and captions of none; `refuse` where absent. */
  readonly badImages?: "refuse" | "skip";
  /** parquet, image-table: column that holds the images, webdataset: ending of their files; found by its type where absent. */
  readonly imageColumn?: string;
  /** parquet, image-table: column that holds the labels, webdataset: ending of their files or field of the .json; found by its type or name where absent. */
  readonly labelColumn?: string;
  /** parquet, webdataset, image-table: a file of class names, one a line; folder: of folders' names and words. Those that the data hold where absent. */
  readonly classNames?: string;
  /** image-table: the table; labels.csv in the folder, or train.csv, test.csv, where absent. */
  readonly table?: string;
  /** image-table: column that says the splits; one called split where absent. */
  readonly split?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** One line that the user should see, e.g. that a damaged cache is rebuilt. */
  readonly onNotice?: (line: string) => void;
}

/** Those that only some data sets have. */
export type OwnOption =
  | "label"
  | "domains"
  | "background"
  | "categories"
  | "subgroups"
  | "conceptShare"
  | "testFraction"
  | "humanLabels"
  | "humanLabelsKind"
  | "folder"
  | "stream"
  | "badImages"
  | "imageColumn"
  | "labelColumn"
  | "classNames"
  | "table"
  | "split";

/** `DataOptions` with the ones that every entry needs filled in. */
export interface ResolvedOptions extends DataOptions {
  readonly dataDir: string;
  readonly validationFraction: number;
}

/** What an entry reads. Without `validation`, a stratified part of `train` is held out. */
export interface LoadedImages {
  /** What results must say, e.g. `CIFAR-10 (JPEG copy)`. */
  readonly title: string;
  readonly train: ImageSet;
  readonly validation?: ImageSet;
  readonly test: ImageSet;
  readonly shifts: readonly ImageSet[];
}

/** What is known of a data set before it is read; checked by `checkDataSet`. */
export interface Expected {
  readonly classCount: number;
  /** train + validation. */
  readonly trainingImages?: number;
  readonly testImages?: number;
  /** Concepts of each class over train, validation and test, for data sets split by concept. */
  readonly conceptsPerClass?: Readonly<Record<string, number>>;
  /** [C], mean of train + validation in [0, 1]. */
  readonly mean?: readonly number[];
  /** How far the mean may be off; 0.005 allows for re-encoded copies. */
  readonly meanTolerance: number;
}

export interface FetchOptions {
  readonly dataDir?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** One data set: a line of `dataSetTable`. */
export interface DataSetEntry {
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  /** Where the images come from. */
  readonly source: string;
  /** How to get them onto this machine, one sentence. */
  readonly howToFetch: string;
  readonly expected?: Expected;
  /** How its training images are augmented where nothing is said, in this order. */
  readonly augment: readonly { readonly name: string; readonly options: Readonly<Record<string, number>> }[];
  /** What images are moved, padded or cut out against: the byte of what lies around the things that they show. */
  readonly background: number;
  /**
   * Image sets that a model of these should not know, as `--ood` calls them: near are those of the same look and another
   * meaning, far those of other content altogether.
   */
  readonly foreign: { readonly near: readonly string[]; readonly far: readonly string[] };
  /** Sets of its own of which no image is of any of its classes, by the name that `--ood` has for them; labels are −1. */
  readonly others?: Readonly<Record<string, (options: ResolvedOptions) => Promise<ImageSet>>>;
  /** Its own options, beside those that every data set has. */
  readonly options: readonly (OwnOption | (string & {}))[];
  /** Where the local copy lies, or undefined when there is none yet. */
  locate(dataDir: string): string | undefined;
  load(options: ResolvedOptions): Promise<LoadedImages>;
  /** Absent where nothing is to be fetched. @returns the folder that now holds the data */
  fetch?(options: FetchOptions & { dataDir: string }): Promise<string>;
}
