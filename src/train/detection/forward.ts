import { type numpy as jaxNumpy, numpy as np } from "@jax-js/jax";
import { type HostArray, type ImageSet, imageCount } from "../../core/index.ts";
import type { Arrays, Variables } from "../../models/index.ts";
import type { FoundBox } from "../../tasks/index.ts";
import { decodeCenters } from "../../tasks/index.ts";
import { firstReferences } from "../example-references.ts";
import { type NetworkProgramsOptions, networkPrograms } from "../network-programs.ts";
import { checkImages, imagesOf } from "../outputs-under.ts";
import { buildDetector, type DetectionRecord } from "./record.ts";

/** Weights, and the references that anchored ones are asked under. */
export interface AskedDetector {
  readonly variables: Variables;
  /** [R, C, H, W] normalised */
  readonly references?: HostArray;
}

export interface DetectOptions {
  /** The first so many of the references; all where absent. */
  readonly k?: number;
  /** Boxes of a lower score are left out; 0.01 where absent. */
  readonly minScore?: number;
  readonly onProgress?: (at: { readonly done: number; readonly total: number }) => void;
}

export interface DetectorForward {
  /**
   * What is found on each image, in cells of its maps, under each of the references: their maps' mean is decoded.
   * @throws UserError for images of another shape than the network was trained on, and where fewer references are kept
   */
  detect(asked: AskedDetector, set: ImageSet, options?: DetectOptions): Promise<FoundBox[][]>;
  dispose(): Promise<void>;
}

/** Images times references that a run of the program takes. */
const ROWS = 64;
/** Boxes that are kept of an image. */
const MOST = 100;
/** What a score must be for a box to be kept where nothing is said: COCO's figures see no difference. */
export const LEAST_SCORE = 0.01;

/** Compiled once for each number of images and references that is asked for. */
export function detectorForward(
  record: DetectionRecord,
  { threads = record.config.threads, device = record.config.device, hold }: NetworkProgramsOptions = {},
): DetectorForward {
  const { model, method, shape } = buildDetector(record);
  const { classes, rows, columns } = shape;
  const size = (classes + 4) * rows * columns;
  const { run, dispose } = networkPrograms(
    ({ params, state }, { images, references }: Arrays) => {
      const outputs = method.predict(model, params, state, images, references);
      const { maps, spread } = method.task.combine(outputs, {});
      return spread ? np.concatenate([maps, spread] as jaxNumpy.Array[], 1) : maps;
    },
    { hold, threads, device },
  );
  return {
    async detect({ variables, references: kept }, set, { k, minScore = LEAST_SCORE, onProgress } = {}) {
      checkImages(set, record.data);
      const references = method.anchored ? firstReferences(kept, k) : undefined;
      const many = Math.max(1, Math.floor(ROWS / (references?.shape[0] ?? 1)));
      const total = imageCount(set);
      const found: FoundBox[][] = [];
      for (let from = 0; from < total; from += many) {
        const own = Int32Array.from({ length: Math.min(many, total - from) }, (_, i) => from + i);
        const images = imagesOf(set, own, record.data.normalization);
        const { shape: given, data } = await run(variables, { images, ...(references && { references }) });
        const width = given[1];
        for (let i = 0; i < own.length; i++) {
          const maps = data.subarray(i * width, i * width + size);
          const spread = width > size ? data.subarray(i * width + size, (i + 1) * width) : undefined;
          found.push(decodeCenters(maps, spread, shape, { most: MOST, minScore }));
        }
        onProgress?.({ done: found.length, total });
      }
      return found;
    },
    dispose,
  };
}
