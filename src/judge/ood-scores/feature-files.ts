import { type StoredPredictions, UserError } from "../../core/index.ts";
import type { LastLayer } from "../../evaluate/index.ts";
import { readNpy } from "../../files/index.ts";
import { realTypes } from "../../files/internal.ts";
import { readLabels } from "../read-external.ts";
import type { TrainingFiles } from "./measure.ts";
import { type FileRows, fileRows } from "./sources.ts";

/** Files of another program's features: what its last layer, which is linear, reads of each image. */
export interface FeatureFiles {
  /** `.npy` [N, D] of the test images. */
  readonly features?: string;
  /** `.npy` [n, D] of training images, without augmentation. */
  readonly trainFeatures?: string;
  /** `.npy` [n] */
  readonly trainLabels?: string;
  /** `.npy` [n, K] */
  readonly trainLogits?: string;
  /** `.npy` [K, D] */
  readonly classifierWeight?: string;
  /** `.npy` [K] */
  readonly classifierBias?: string;
  /** `.npy` [N, D] of the images of `validationLogits`. */
  readonly validationFeatures?: string;
  /** `NAME=FILE.npy`, for names of `ood`. */
  readonly oodFeatures?: readonly string[];
}

/** Images of one set by its files. */
export interface SetFiles {
  readonly logits: string;
  readonly features?: string;
  readonly predictions: Pick<StoredPredictions, "labels" | "classes">;
}

/** @throws UserError where features of a set are not a row for each of its logits, or not as wide as others. */
export function checkFeatures({ logits, features, predictions }: SetFiles, width: Width): void {
  if (features === undefined) return;
  opened(features, (rows) => {
    if (rows.count !== predictions.labels.length)
      throw new UserError(
        `${features}: ${rows.count} rows of features, but ${logits} has ${predictions.labels.length} of logits; both must be of the same images, in the same order`,
      );
    width.check(features, rows.width);
  });
}

/** D, as the first file has it. */
export class Width {
  #first?: { readonly path: string; readonly width: number };

  /** @throws UserError for a file that is wider or narrower than the first. */
  check(path: string, width: number): void {
    this.#first ??= { path, width };
    if (width !== this.#first.width)
      throw new UserError(
        `${path}: ${width} features a row, but ${this.#first.path} has ${this.#first.width}; they must be of one network`,
      );
  }
}

/** @throws UserError for files that do not fit together, or of which one is missing. */
export function trainingFiles(
  { trainFeatures: features, trainLabels, trainLogits }: FeatureFiles,
  classes: number,
  width: Width,
): TrainingFiles | undefined {
  if (features === undefined) {
    const [flag, file] = trainLabels ? ["options.trainLabels", trainLabels] : ["options.trainLogits", trainLogits];
    if (file)
      throw new UserError(`${flag} ${file}: it describes training features; add options.trainFeatures FILE.npy`);
    return undefined;
  }
  return opened(features, (rows) => {
    width.check(features, rows.width);
    if (trainLogits)
      opened(trainLogits, ({ count, width: columns }) => {
        if (count !== rows.count || columns !== classes)
          throw new UserError(
            `${trainLogits}: shape [${count}, ${columns}]; [${rows.count}, ${classes}] is needed, a row for each of ${features}`,
          );
      });
    const labels = trainLabels ? readLabels(trainLabels, rows.count, classes, features) : undefined;
    return { features, logits: trainLogits, labels };
  });
}

/** @throws UserError for a weight without its bias, or another shape than [K, D] and [K]. */
export function classifierFiles(
  { classifierWeight: weight, classifierBias: bias }: FeatureFiles,
  classes: number,
  width: Width,
): LastLayer | undefined {
  if (weight === undefined && bias === undefined) return undefined;
  if (weight === undefined || bias === undefined)
    throw new UserError(
      `options.classifier${weight ? `Weight ${weight}` : `Bias ${bias}`}: weight and bias belong together; save zeros for a layer without bias`,
    );
  const [w, b] = [readNpy(weight, ...realTypes), readNpy(bias, ...realTypes)];
  if (w.shape.length !== 2 || w.shape[0] !== classes)
    throw new UserError(
      `${weight}: shape [${w.shape.join(", ")}]; [${classes}, features] is needed, as torch.nn.Linear has it`,
    );
  if (b.shape.length !== 1 || b.shape[0] !== classes)
    throw new UserError(`${bias}: shape [${b.shape.join(", ")}]; [${classes}] is needed`);
  width.check(weight, w.shape[1]);
  return { weight: w.data, bias: b.data };
}

/** Lends a file of rows. */
export function opened<T>(path: string, use: (rows: FileRows) => T): T {
  const rows = fileRows(path);
  try {
    return use(rows);
  } finally {
    rows.close();
  }
}

/** Rows of a block in which logits are compared with the classifier's. */
const COMPARED = 64;

/**
 * Holds the first rows of the test set to weight · features + bias: features from before a ReLU, or of another layer, give
 * numbers for every score, all of them wrong.
 * @throws UserError where the logits are others
 */
export function checkLinear(
  features: string,
  logitsPath: string,
  { logits, classes }: Pick<StoredPredictions, "logits" | "classes">,
  { weight, bias }: LastLayer,
): void {
  opened(features, (rows) => {
    const count = Math.min(COMPARED, rows.count);
    const block = rows.block(0, count) as Float32Array;
    for (let row = 0; row < count; row++) {
      const own = logits.subarray(row * classes, (row + 1) * classes);
      const made = Array.from(bias, (start, k) => {
        let sum = start;
        for (let d = 0; d < rows.width; d++) sum += weight[k * rows.width + d] * block[row * rows.width + d];
        return sum;
      });
      const scale = Math.max(1, ...made.map(Math.abs));
      const worst = made.findIndex((value, k) => Math.abs(value - own[k]) > 0.02 * scale);
      if (worst >= 0)
        throw new UserError(
          `${features}: weight · features + bias of row ${row}, class ${worst} is ${made[worst].toPrecision(4)}, but ${logitsPath} says ${own[worst].toPrecision(4)}; features are what the last layer reads, after its activation and pooling, of the same images in the same order`,
        );
    }
  });
}
