import { type DataSet, type ImageSet, UserError } from "../core/index.ts";
import { checkImageSet, checkLabels } from "../core/internal.ts";
import { channelStatistics } from "./normalization.ts";
import { splitValidation } from "./split.ts";

/** Images in memory with their labels: uint8 [N, H, W, C] row-major, and N whole numbers from 0. */
export interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: ArrayLike<number>;
  /** [N], what is said of each image, one or more texts. */
  readonly captions?: readonly (readonly string[])[];
}

export interface ArraysOptions {
  /** What runs and results call it. */
  readonly name: string;
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: number;
  /** [K] */
  readonly classNames: readonly string[];
  readonly train: LabelledImages;
  /** Held out of `train`, stratified by the seed, where absent. */
  readonly validation?: LabelledImages;
  readonly test: LabelledImages;
  /** Further test sets under shift, by name. */
  readonly shifts?: Readonly<Record<string, LabelledImages>>;
  /** Part of `train` that is held out, in (0, 1); 0.1 where absent. */
  readonly validationFraction?: number;
  /** Decides what is held out; 0 where absent. */
  readonly seed?: number;
}

/**
 * A data set of arrays in memory.
 * @throws UserError naming the set and what of it is wrong: bytes that do not fit the sizes, labels outside [0, K), captions of
 * more or fewer images
 * @example
 * const dataSet = dataSetOf({
 *   name: "mine", height: 8, width: 8, channels: 3, classNames: ["cat", "dog"],
 *   train: { images: new Uint8Array(40 * 8 * 8 * 3), labels: Array.from({ length: 40 }, (_, i) => i % 2) },
 *   test: { images: new Uint8Array(2 * 8 * 8 * 3), labels: [0, 1] },
 * });
 * await train(resolveConfig({ data: { name: "mine" } }), dataSet, { run: "runs/mine" });
 */
export function dataSetOf(options: ArraysOptions): DataSet {
  const { name, height, width, channels, classNames, shifts = {}, validationFraction = 0.1, seed = 0 } = options;
  if (!(validationFraction > 0 && validationFraction < 1))
    throw new UserError(`${name}: validation fraction ${validationFraction}: must be above 0 and below 1`);
  const setOf = (part: string, { images, labels, captions }: LabelledImages): ImageSet => {
    const whose = `${name}/${part}`;
    if (labels.length === 0) throw new UserError(`${whose}: no images; at least one is needed`);
    checkLabels(whose, labels, classNames.length);
    const own = { images, labels: Int32Array.from(labels), ...(captions && { captions }) };
    const set = { name: whose, height, width, channels, classNames, ...own };
    checkImageSet(set);
    return set;
  };
  const whole = setOf("train", options.train);
  const { train, validation } = options.validation
    ? { train: whole, validation: setOf("validation", options.validation) }
    : splitValidation(whole, validationFraction, seed);
  return {
    name,
    title: name,
    train,
    validation,
    test: setOf("test", options.test),
    shifts: Object.entries(shifts).map(([part, images]) => setOf(part, images)),
    normalization: channelStatistics(train),
  };
}
