import { type DataSet, type ImageSet, percent, UserError } from "../core/index.ts";
import { knownName, registerEntry } from "../core/internal.ts";
import { checkSplits, type DataCheck } from "./check.ts";
import { cifar10 } from "./cifar10.ts";
import { readHumanLabels } from "./cifar10n.ts";
import { cifar100 } from "./cifar100.ts";
import { matchImages } from "./convert.ts";
import { defaultDataDir } from "./directory.ts";
import { emoji } from "./emoji.ts";
import type { DataOptions, DataSetEntry, FetchOptions } from "./entry.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { folder } from "./folder.ts";
import { heldOutTitle, holdOutClasses, type Splits } from "./held-out-classes.ts";
import { imageTable } from "./image-table.ts";
import { withImbalance } from "./imbalance.ts";
import { commonOptions, refuseUnknownOptions } from "./known-options.ts";
import { withLabelNoise } from "./label-noise.ts";
import { withLimit } from "./limit-train.ts";
import { mnist } from "./mnist.ts";
import { channelStatistics } from "./normalization.ts";
import { parquet } from "./parquet.ts";
import { splitValidation } from "./split.ts";
import { webdataset } from "./webdataset.ts";

export * from "./boxes/index.ts";
export type { DataCheck, SplitCheck } from "./check.ts";
export type { HumanLabelKind, HumanLabels } from "./cifar10n.ts";
export { type ImageShape, matchImages } from "./convert.ts";
export { type ArraysOptions, dataSetOf, type LabelledImages } from "./data-set-of.ts";
export { decodeImage, decodeWholeImage } from "./decode.ts";
export * from "./detection/index.ts";
export { defaultDataDir } from "./directory.ts";
export { type Checksum, type DownloadOptions, download } from "./download.ts";
export { type EmojiVendor, emojiCategories, emojiVendors } from "./emoji-drawings.ts";
export type { EmojiLabel } from "./emoji-image-set.ts";
export { emojiSubgroups } from "./emoji-words.ts";
export type { DataOptions, DataSetEntry, Expected, FetchOptions, OwnOption } from "./entry.ts";
export { withHeldOut } from "./held-out-classes.ts";
export { readIdx } from "./idx.ts";
export { withImbalance } from "./imbalance.ts";
export { type LabelNoise, type LabelNoiseKind, withLabelNoise } from "./label-noise.ts";
export {
  decodeLetterboxed,
  inPicture,
  inSquare,
  type Letterboxed,
  type LetterboxOptions,
} from "./letterbox.ts";
export { channelStatistics } from "./normalization.ts";
export { type Pictures, readPictures } from "./pictures.ts";
export {
  type ClosedForm,
  type ClosedFormName,
  closedFormNames,
  type FeatureNames,
  type FeatureRow,
  type LoadedExamples,
  loadRegressionData,
  type RegressionContext,
  type RegressionDataName,
  type RegressionDataOptions,
  type RegressionDataSet,
  type ResolvedRegressionOptions,
  readFeatureRows,
  registerRegressionDataSet,
  regressionDataNames,
  regressionDataTable,
  splitFields,
  type TargetShift,
} from "./regression/index.ts";
export { holdOut } from "./split.ts";
export {
  classPrompts,
  parseTemplates,
  type TextTokenizer,
  templates,
  textTokenizer,
  wordTokenizer,
} from "./text/index.ts";

/**
 * Every data set by the name that the user types.
 * @example
 * for (const [name, { title, licence }] of Object.entries(dataSetTable)) console.log(name, title, licence);
 */
export const dataSetTable = {
  emoji,
  cifar10,
  cifar100,
  mnist,
  "fashion-mnist": fashionMnist,
  folder,
  parquet,
  webdataset,
  "image-table": imageTable,
} satisfies Record<string, DataSetEntry>;

export type DataSetName = keyof typeof dataSetTable;
/**
 * Those of the table and of `registerDataSet`.
 * @example
 * console.log(dataSetNames); // ["emoji", "cifar10", …]
 */
export const dataSetNames = Object.keys(dataSetTable) as DataSetName[];

/**
 * What is known of a data set; undefined for one that is made elsewhere, e.g. of arrays.
 * @example
 * console.log(findDataSetEntry(dataSet.name)?.licence ?? "not a named data set");
 */
export const findDataSetEntry = (name: string): DataSetEntry | undefined =>
  dataSetNames.includes(name as DataSetName) ? dataSetTable[name as DataSetName] : undefined;

/**
 * What is known of a data set. @throws UserError for an unknown name, listing the known ones
 * @example
 * const { title, source, howToFetch } = dataSetEntry("cifar10");
 */
export const dataSetEntry = (name: string): DataSetEntry => dataSetTable[knownName("data set", name, dataSetNames)];

/**
 * Makes a data set of the user's own known by name, here and to `--data`; its entry is as docs/adding-a-data-set.md says.
 * @throws UserError for a name that is taken
 * @example
 * const { train, test } = dataSet; // image sets of yours
 * const load = async () => ({ title: "Mine", train, test, shifts: [] });
 * registerDataSet("my-set", { ...dataSetEntry("mnist"), options: [], load });
 * await loadDataSet({ name: "my-set", seed: 0 });
 */
export const registerDataSet = (name: string, entry: DataSetEntry): void =>
  registerEntry<DataSetEntry>("data set", dataSetTable, dataSetNames, name, entry);

/**
 * The names of all options that a data set has. @throws UserError for an unknown name
 * @example
 * console.log(dataOptionNames("folder")); // ["name", …, "folder", "stream", "badImages"]
 */
export const dataOptionNames = (name: string): readonly string[] => [...commonOptions, ...dataSetEntry(name).options];

/**
 * Reads a data set: splits, held-out validation, normalization. The same options give the same data.
 * @throws UserError for an unknown name or option, a missing, truncated or foreign file, or a value out of range
 * @example
 * const { train, validation, test, shifts } = await loadDataSet({ name: "emoji", imageSize: 32, seed: 0 });
 * console.log(imageCount(train), train.classNames, shifts.map(({ name }) => name));
 */
export async function loadDataSet(options: DataOptions): Promise<DataSet> {
  const { name, imageSize, seed, validationFraction = 0.1, dataDir = defaultDataDir() } = options;
  const { labelNoise: share = 0, labelNoiseKind: kind = "symmetric" } = options;
  const { imbalance: ratio = 1, limitTrain, holdOut: heldClasses } = options;
  const { humanLabels, humanLabelsKind = "aggregate" } = options;
  const entry = dataSetEntry(name);
  if (humanLabels !== undefined && name !== "cifar10")
    throw new UserError(`data.humanLabels ${humanLabels}: they are of CIFAR-10, but the data set is ${name}`);
  refuseUnknownOptions(options, entry.options);
  if (humanLabels !== undefined && share > 0)
    throw new UserError(`data.labelNoise ${share}: data.humanLabels are noisy already; leave out one of the two`);
  if (humanLabels !== undefined && heldClasses)
    throw new UserError(
      `data.holdOut ${heldClasses.join(", ")}: by data.humanLabels images of these classes bear other ones; leave out one of the two`,
    );
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize >= 8 && imageSize <= 1024))
    throw new UserError(`image size ${imageSize}: must be an integer from 8 to 1024 pixels`);
  if (!(validationFraction > 0 && validationFraction < 1))
    throw new UserError(`validation fraction ${validationFraction}: must be above 0 and below 1`);
  if (!Number.isSafeInteger(seed)) throw new UserError(`seed ${seed}: must be an integer`);
  const loaded = await entry.load({ ...options, dataDir, validationFraction });
  const human =
    humanLabels === undefined
      ? undefined
      : readHumanLabels(humanLabels, humanLabelsKind, loaded.train.labels, loaded.train.classNames.length);
  const whole = loaded.validation
    ? { train: loaded.train, validation: loaded.validation }
    : splitValidation(loaded.train, validationFraction, seed, human?.labels);
  const splits: Splits & Pick<DataSet, "heldOut"> = { ...whole, test: loaded.test, shifts: loaded.shifts };
  const {
    train: wholeTrain,
    validation,
    test,
    shifts,
    heldOut,
  } = heldClasses ? holdOutClasses(splits, heldClasses) : splits;
  const train = limitTrain === undefined ? wholeTrain : withLimit(wholeTrain, { count: limitTrain, seed });
  const without = heldClasses ? heldOutTitle(heldClasses) : "";
  const limit = limitTrain === undefined ? "" : `, ${limitTrain} training images`;
  const resized = (set: ImageSet) =>
    imageSize ? matchImages(set, { height: imageSize, width: imageSize, channels: set.channels }) : set;
  const trainImages = resized(ratio === 1 ? train : withImbalance(train, { ratio, seed }));
  const imbalance = ratio === 1 ? "" : `, imbalance ${ratio}`;
  const noise = human
    ? `, ${humanLabelsKind} labels of CIFAR-10N (${percent(human.noiseRate)} wrong)`
    : share > 0
      ? `, ${100 * share} % of the training labels wrong (${kind})`
      : "";
  return {
    name,
    title: loaded.title + without + limit + imbalance + noise,
    train: share > 0 ? withLabelNoise(trainImages, { kind, share, seed }) : trainImages,
    validation: resized(validation),
    test: resized(test),
    shifts: shifts.map(resized),
    ...(heldOut && { heldOut: heldOut.map(resized) }),
    normalization: channelStatistics(trainImages),
  };
}

/**
 * Counts, class balance and pixel mean of every split, and what of it is not as declared in `dataSetTable`.
 * @example
 * const check = checkDataSet(await loadDataSet({ name: "mnist", seed: 0 }));
 * console.log(check);
 */
export function checkDataSet(set: DataSet): DataCheck {
  const declared = findDataSetEntry(set.name)?.expected;
  // What emoji declares is its category task.
  const applies =
    declared &&
    !set.heldOut &&
    (!declared.conceptsPerClass || set.train.classNames.join() === Object.keys(declared.conceptsPerClass).join());
  return checkSplits(set, applies ? declared : undefined);
}

/**
 * Where a data set lies on this machine, or undefined when it must be fetched (or, for `folder`, given).
 * @example
 * if (!locateDataSet("cifar10")) await fetchDataSet("cifar10");
 */
export const locateDataSet = (name: string, dataDir = defaultDataDir()): string | undefined =>
  dataSetEntry(name).locate(dataDir);

/**
 * Brings a data set onto this machine; what is there already is not fetched again.
 * @returns the folder that holds it
 * @throws UserError where there is nothing to fetch, or the download fails
 * @example
 * const folder = await fetchDataSet("cifar10", { onProgress: ({ done, total }) => console.log(done, total) });
 */
export async function fetchDataSet(name: string, options: FetchOptions = {}): Promise<string> {
  const entry = dataSetEntry(name);
  if (!entry.fetch) throw new UserError(`${name}: ${entry.howToFetch}`);
  return entry.fetch({ ...options, dataDir: options.dataDir ?? defaultDataDir() });
}
