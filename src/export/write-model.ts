import { availableParallelism } from "node:os";
import {
  type ImageSet,
  imageCount,
  type Listener,
  largestClass,
  type Predictions,
  Random,
  UserError,
} from "../core/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { firstImages, unfinished } from "../judge/internal.ts";
import { createMethod } from "../methods/index.ts";
import { createPredictor, type LoadedRun, loadRun, type RunDataOptions } from "../train/index.ts";
import type { ModelCard } from "./card.ts";
import { type ExportOptions, exportClassifier } from "./export-classifier.ts";
import { openBytes } from "./open-bytes.ts";
import { settleExport } from "./settle-export.ts";
import type { VerdictOptions } from "./settled-verdict.ts";
import { predictImages } from "./validation.ts";

export interface WriteOptions
  extends Omit<ExportOptions, "temperature" | "scorePercentiles">,
    VerdictOptions,
    Listener {
  readonly out: string;
  readonly temperature: number | "auto";
  /** Where the run's data lie now. */
  readonly data?: RunDataOptions;
  readonly threads?: number;
}

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  readonly card: ModelCard;
  /** Images of the fit; absent where the temperature was given, or none fits best. */
  readonly temperatureImages?: number;
  /** Why no temperature was fitted. */
  readonly notice?: string;
  /** The file by ONNX Runtime beside the run by `predict`: largest difference of logits, divided by the largest logit where above 1. */
  readonly check: { readonly set: string; readonly images: number; readonly largestDifference: number };
  /** float16: on all validation images; absent where they are not here. */
  readonly accuracy?: {
    readonly images: number;
    readonly float32: number;
    readonly float16: number;
    readonly changed: number;
  };
}

const CHECKED = 64;
/** Of float32 files: other runtimes sum in another order, no more. */
const TOLERANCE = 1e-4;

/**
 * Exports a run, and holds the file to what `predict` says before it is written.
 * @throws UserError for a run or options that do not fit, and where a temperature is to be fitted without the data.
 * @example
 * const { file, card } = await writeModel(run, { out: "model.onnx", temperature: "auto" });
 */
export async function writeModel(
  run: string,
  {
    out,
    temperature: asked,
    data,
    threads = availableParallelism(),
    onNotice,
    onProgress,
    signal,
    ...options
  }: WriteOptions,
): Promise<Exported> {
  const listener = { onNotice, onProgress, signal };
  const loaded = loadRun(run, options);
  const { record, step, variables, references, outputAnchor } = loaded;
  const soFar = { config: record.config, examples: record.data.trainImages, step, zeroShot: record.zeroShot };
  const note = unfinished(run, soFar, "exported");
  if (note) onNotice?.(note);
  const float16 = options.precision === "float16";
  const { fits, calibration, load } = await settleExport(
    run,
    loaded,
    { ...options, temperature: asked, data, threads },
    listener,
  );
  const { validation } = await load().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    if (float16) onNotice?.(`what float16 costs in accuracy is not measured: ${error.message}`);
    return { validation: undefined };
  });

  const predictWith = async (bytes: Uint8Array, set: ImageSet): Promise<Predictions> => {
    const opened = await openBytes(bytes, out, { threads });
    try {
      return await predictImages(opened, set, listener);
    } finally {
      await opened.dispose();
    }
  };
  const bytes = await exportClassifier(loaded, { ...options, ...fits });

  const set = firstImages(validation ?? noiseImages(loaded), CHECKED);
  const predictor = await createPredictor(record, variables, references, { threads, outputAnchor });
  const predictionBatch = createMethod(record.config.method).task.output.reading?.anchor ? "stored" : undefined;
  const expected = await predictor.predict(set, { ...options, predictionBatch }).finally(() => predictor.dispose());
  const actual = await predictWith(bytes, set);
  const largestDifference = difference(actual.logits, expected.logits);
  if (!float16 && !(largestDifference <= TOLERANCE))
    throw new Error(`the exported model's logits differ from predict's by ${largestDifference}; nothing was written`);

  const accuracy =
    float16 && validation
      ? compared(
          await predictWith(await exportClassifier(loaded, { ...options, precision: "float32" }), validation),
          await predictWith(bytes, validation),
        )
      : undefined;
  const opened = await openBytes(bytes, out);
  const { card } = opened;
  await opened.dispose();
  signal?.throwIfAborted();
  writeFileAtomic(out, bytes);
  return {
    file: out,
    bytes: bytes.length,
    card,
    ...(calibration?.notice && { notice: calibration.notice }),
    ...(asked === "auto" && !calibration?.notice && { temperatureImages: calibration?.images }),
    check: { set: set.name, images: imageCount(set), largestDifference },
    ...(accuracy && { accuracy }),
  };
}

/** Where the run's images are not at hand; the same ones each time. */
function noiseImages({ record: { data } }: LoadedRun): ImageSet {
  const random = new Random("export check");
  const { height, width, channels, classNames } = data;
  const images = Uint8Array.from({ length: CHECKED * height * width * channels }, () => random.integer(256));
  return { name: "noise", height, width, channels, images, labels: new Int32Array(CHECKED), classNames };
}

function difference(actual: Float32Array, expected: Float32Array): number {
  let [largest, scale] = [0, 1];
  expected.forEach((value, i) => {
    const distance = Math.abs(actual[i] - value);
    largest = Math.max(largest, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
    scale = Math.max(scale, Math.abs(value));
  });
  return largest / scale;
}

function compared(float32: Predictions, float16: Predictions): NonNullable<Exported["accuracy"]> {
  const answers = [float32, float16].map(({ logits, labels, classes }) =>
    Array.from(labels, (_, row) => largestClass(logits, row, classes)),
  );
  const images = float32.labels.length;
  const share = (list: readonly number[]) => list.filter((answer, i) => answer === float32.labels[i]).length / images;
  const changed = answers[0].filter((answer, i) => answer !== answers[1][i]).length;
  return { images, float32: share(answers[0]), float16: share(answers[1]), changed };
}
