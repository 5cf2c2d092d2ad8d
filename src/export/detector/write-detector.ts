import { availableParallelism } from "node:os";
import { type Listener, Random, UserError } from "../../core/index.ts";
import { ArraySpec, exportOnnx, openOnnx } from "../../engine/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { unfinished } from "../../judge/internal.ts";
import type { DetectorOptions } from "../../train/index.ts";
import {
  buildDetector,
  detectorOf,
  firstReferences,
  type LoadedDetector,
  loadDetectorRun,
} from "../../train/internal.ts";
import { DETECTOR_FORMAT } from "../card.ts";
import { isLarge, pixelMap, requireFinite } from "../stored-arrays.ts";
import { detectorGraph } from "./detector-graph.ts";

export interface WriteDetectorOptions extends Pick<DetectorOptions, "weights">, Listener {
  readonly out: string;
  /** References of an anchored run; all that it keeps where absent. */
  readonly k?: number;
  /** `float16` stores weights and references in half the bytes; computed is in float32 all the same. Default `float32`. */
  readonly precision?: "float32" | "float16";
  readonly threads?: number;
}

export interface ExportedDetector {
  readonly file: string;
  readonly bytes: number;
  readonly classes: readonly string[];
  /** Side of the square images, pixels. */
  readonly imageSize: number;
  /** 0 for methods without. */
  readonly references: number;
  /** The file by ONNX Runtime beside the run, on images of noise: the largest difference of the scores, in order. */
  readonly check: { readonly images: number; readonly largestDifference: number };
}

const CHECKED = 8;
/** Of float32 files: other runtimes sum in another order, no more. */
const TOLERANCE = 1e-4;

/**
 * Writes a detector's run as one ONNX file, once its scores were held to the run's.
 * @throws UserError for a run that is none of a detector, damaged, or keeps fewer references; an Error where the answers differ
 * @example
 * const { classes, imageSize } = await writeDetector("runs/scenes", { out: "scenes.onnx" });
 */
export async function writeDetector(
  run: string,
  { out, k, weights, precision = "float32", threads = availableParallelism(), ...listener }: WriteDetectorOptions,
): Promise<ExportedDetector> {
  const loaded = loadDetectorRun(run, { weights });
  const { record, variables, step } = loaded;
  requireFinite(variables);
  const note = unfinished(run, { config: record.config, examples: record.data.trainImages, step }, "exported");
  if (note) listener.onNotice?.(note);
  const network = buildDetector(record);
  const references = network.method.anchored ? firstReferences(loaded.references, k) : undefined;
  if (!network.method.anchored && k !== undefined)
    throw new UserError(`options.k ${k}: ${run} keeps no references; leave it out`);
  const { height, width, channels, normalization, classNames, title } = record.data;
  const example = (batch: number) => ({
    images: new ArraySpec([batch, height, width, channels]),
    ...pixelMap(normalization),
    ...(references && { references }),
    ...variables,
  });
  const bytes = await exportOnnx(detectorGraph(network), example, {
    bytes: ["images"],
    float16: precision === "float16" ? isLarge : undefined,
    metadata: {
      format: DETECTOR_FORMAT,
      name: `${record.config.model} ${record.config.method.name} on ${title}`,
      classes: JSON.stringify(classNames),
      image_size: String(height),
      references: String(references?.shape[0] ?? 0),
    },
  });
  const largestDifference = await difference(loaded, bytes, { k, threads });
  if (precision === "float32" && !(largestDifference <= TOLERANCE))
    throw new Error(
      `the exported detector's scores differ from the run's by ${largestDifference}; nothing was written`,
    );
  listener.signal?.throwIfAborted();
  writeFileAtomic(out, bytes);
  return {
    file: out,
    bytes: bytes.length,
    classes: classNames,
    imageSize: height,
    references: references?.shape[0] ?? 0,
    check: { images: CHECKED, largestDifference },
  };
}

/** Infinite where anything is not a number. */
async function difference(
  loaded: LoadedDetector,
  bytes: Uint8Array,
  { k, threads }: { readonly k?: number; readonly threads: number },
): Promise<number> {
  const { height, width, channels } = loaded.record.data;
  const random = new Random("exported detector");
  const images = Uint8Array.from({ length: CHECKED * height * width * channels }, () => random.integer(256));
  const labels = new Int32Array(CHECKED).fill(-1);
  const opened = await openOnnx(bytes, { threads });
  const detector = detectorOf(loaded, { threads });
  try {
    const shape = [CHECKED, height, width, channels];
    const { scores, boxes } = await opened.run({ images: { shape, data: images } });
    const found = await detector.detect(
      { name: "noise", images, height, width, channels, labels },
      { ...(detector.anchored && { k }), minScore: 0 },
    );
    const kept = scores.data.length / CHECKED;
    let largest = 0;
    for (let image = 0; image < CHECKED; image++) {
      const own = found.score.subarray(found.first[image], found.first[image + 1]);
      // The run leaves out what has no area on the image.
      const shown = Array.from({ length: kept }, (_, i) => image * kept + i).filter((at) => {
        const [x, y, wide, high] = boxes.data.slice(4 * at, 4 * at + 4) as Float32Array;
        return Math.min(width, x + wide) > Math.max(0, x) && Math.min(height, y + high) > Math.max(0, y);
      });
      for (const [i, score] of own.entries()) {
        const distance = Math.abs(Number(scores.data[shown[i]]) - score);
        largest = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(largest, distance);
      }
    }
    return largest;
  } finally {
    await opened.dispose();
    await detector.dispose();
  }
}
