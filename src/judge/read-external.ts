import { type StoredPredictions, UserError } from "../core/index.ts";
import { checkPredictions, logitsOfProbabilities } from "../evaluate/internal.ts";
import { readNpy } from "../files/index.ts";
import { realTypes, wholeTypes } from "../files/internal.ts";

/** Files of one image set that some other program has predicted. */
export interface ExternalFiles {
  /** What reports call the set. */
  readonly set: string;
  /** `.npy` float16, float32 or float64 [N, K]. */
  readonly logits: string;
  /** `.npy` of whole numbers [N]; none for out-of-distribution images. */
  readonly labels?: string;
  /** Whether the file holds probabilities: their logarithms are the logits. Default false. */
  readonly probabilities?: boolean;
}

/**
 * Logits of another program, PyTorch's say: `np.save("logits.npy", logits.cpu().numpy())`.
 * @throws UserError for a file that is missing, damaged or of another shape, values that are not finite, and labels
 * outside the classes.
 */
export function readExternal({
  set,
  logits: path,
  labels: labelPath,
  probabilities,
}: ExternalFiles): StoredPredictions {
  const { shape, data } = readNpy(path, ...realTypes);
  if (shape.length !== 2)
    throw new UserError(`${path}: shape [${shape.join(", ")}]; logits are [images, classes], a row an image`);
  const [images, classes] = shape;
  const labels = labelPath ? readLabels(labelPath, images, classes, path) : new Int32Array(images).fill(-1);
  const logits = probabilities ? logitsOfProbabilities(data, classes, path) : data;
  const predictions = { set, logits, labels, classes };
  try {
    checkPredictions(predictions);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
  return predictions;
}

export function readLabels(path: string, images: number, classes: number, logitsPath: string): Int32Array {
  const { shape, data } = readNpy(path, ...wholeTypes);
  if (shape.length !== 1 || data.length !== images)
    throw new UserError(
      `${path}: shape [${shape.join(", ")}] for the ${images} rows of ${logitsPath}; [${images}] is needed`,
    );
  const labels = Array.from(data as ArrayLike<number | bigint>, Number);
  const bad = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (bad >= 0)
    throw new UserError(
      `${path}: label ${labels[bad]} of row ${bad} is outside 0 to ${classes - 1}, the columns of ${logitsPath}`,
    );
  return Int32Array.from(labels);
}

/**
 * Logits of a corruption at five severities in one file, [5·N, K], severity 1 first as the published image files are;
 * the labels are those of the N test images.
 * @throws UserError as `readExternal`, and for another number of rows.
 */
export function readExternalCorruption(
  name: string,
  path: string,
  test: StoredPredictions,
  { probabilities }: Pick<ExternalFiles, "probabilities"> = {},
): StoredPredictions[] {
  const { logits, classes } = readExternal({ set: name, logits: path, probabilities });
  const images = test.labels.length;
  if (logits.length !== 5 * images * classes || classes !== test.classes)
    throw new UserError(
      `${path}: [${logits.length / classes}, ${classes}]; five severities of the test set are [${5 * images}, ${test.classes}]`,
    );
  return [1, 2, 3, 4, 5].map((severity) => ({
    set: `${test.set}/${name}-${severity}`,
    logits: logits.subarray((severity - 1) * images * classes, severity * images * classes),
    labels: test.labels,
    classes,
  }));
}
