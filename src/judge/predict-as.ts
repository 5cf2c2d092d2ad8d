import type { ImageSet, StoredPredictions } from "../core/index.ts";
import type { PredictOptions, Predictor } from "../train/index.ts";
import type { InferenceOptions } from "./options.ts";
import { variantOf } from "./variant.ts";

interface Help {
  /** The training images, from which `blt` takes its residuals. */
  readonly train: ImageSet;
  readonly features?: boolean;
  readonly onProgress?: PredictOptions["onProgress"];
}

/** One image set, asked as wanted. */
export async function predictAs(
  predictor: Predictor,
  images: ImageSet,
  inference: InferenceOptions,
  { train, features, onProgress }: Help,
): Promise<StoredPredictions> {
  const { protocol, k, calibrate, predictionBatch, mirror } = inference;
  const asked = { protocol, k, calibrate, predictionBatch, mirror, onProgress, ...(protocol === "blt" && { train }) };
  const variant = variantOf(inference);
  return variant
    ? variant.predict(predictor, images, asked, { train })
    : predictor.predict(images, { ...asked, features });
}
