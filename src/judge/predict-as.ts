import type { ImageSet, Predictions } from "../core/index.ts";
import type { PredictOptions, Predictor } from "../train/index.ts";
import type { InferenceOptions } from "./options.ts";

interface Help {
  /** The training images, from which `blt` takes its residuals. */
  readonly train: ImageSet;
  readonly features?: boolean;
  readonly onProgress?: PredictOptions["onProgress"];
}

/** One image set, asked as wanted. */
export const predictAs = (
  predictor: Predictor,
  images: ImageSet,
  { protocol, k, calibrate, predictionBatch, mirror }: InferenceOptions,
  { train, features, onProgress }: Help,
): Promise<Predictions> =>
  predictor.predict(images, {
    protocol,
    k,
    calibrate,
    predictionBatch,
    mirror,
    features,
    onProgress,
    ...(protocol === "blt" && { train }),
  });
