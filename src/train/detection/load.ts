import { readFileSync } from "node:fs";
import type { HostArray, ImageSet } from "../../core/index.ts";
import type { DeviatingBoxes } from "../../data/index.ts";
import type { Device } from "../../engine/index.ts";
import { runPaths } from "../../files/index.ts";
import { sha256 } from "../../files/internal.ts";
import type { Variables } from "../../models/index.ts";
import { loadCheckpoint } from "../../run/index.ts";
import { checkVariables, chooseWeights } from "../../run/internal.ts";
import { detectionsOf } from "./detected.ts";
import { type DetectOptions, detectorForward } from "./forward.ts";
import { buildDetector, type DetectionRecord, readDetectionRun } from "./record.ts";

export interface DetectorOptions {
  /** `average` (the default where a run keeps one) or the `raw` weights of the last step. */
  readonly weights?: "raw" | "average";
  readonly threads?: number;
  readonly device?: Device;
}

/** What a detector's run folder holds for predicting. */
export interface LoadedDetector {
  readonly record: DetectionRecord;
  readonly variables: Variables;
  /** [R, C, H, W] normalised; absent for methods without. */
  readonly references?: HostArray;
  readonly step: number;
  /** Of the checkpoint's bytes. */
  readonly sha256: string;
}

/** @throws UserError where the folder or its checkpoint is missing, damaged or of another task */
export function loadDetectorRun(run: string, { weights }: DetectorOptions = {}): LoadedDetector {
  const record = readDetectionRun(run);
  const path = runPaths(run).checkpoint;
  const checkpoint = loadCheckpoint(path);
  const { params, state } = chooseWeights(run, checkpoint, weights);
  checkVariables(path, { params, state }, buildDetector(record).model);
  return {
    record,
    variables: { params, state },
    references: checkpoint.references,
    step: checkpoint.progress.step,
    sha256: sha256(readFileSync(path)),
  };
}

/** Finds objects on images of the size that it was trained on. */
export interface Detector {
  readonly record: DetectionRecord;
  /** Whether it is asked under references. */
  readonly anchored: boolean;
  /**
   * Boxes in the set's pixels, at most 100 an image, the surest first.
   * @throws UserError for images of another shape, and where fewer references are kept than are asked for
   */
  detect(
    set: Pick<ImageSet, "name" | "images" | "height" | "width" | "channels" | "labels">,
    options?: DetectOptions,
  ): Promise<DeviatingBoxes>;
  dispose(): Promise<void>;
}

/** A detector with fixed weights. */
export function detectorOf(loaded: LoadedDetector, options: DetectorOptions = {}): Detector {
  const { record } = loaded;
  const forward = detectorForward(record, { ...options, hold: loaded.variables });
  const { classNames } = record.data;
  return {
    record,
    anchored: loaded.references !== undefined,
    async detect(given, asked) {
      const set = { ...given, classNames };
      return detectionsOf(set, await forward.detect(loaded, set, asked));
    },
    dispose: forward.dispose,
  };
}

/**
 * The detector of a run folder.
 * @throws UserError where the folder or its checkpoint is missing, damaged or of another task
 * @example
 * const detector = loadDetector("runs/scenes");
 * const { boxes, score } = await detector.detect(images);
 * await detector.dispose();
 */
export const loadDetector = (run: string, options: DetectorOptions = {}): Detector =>
  detectorOf(loadDetectorRun(run, options), options);
