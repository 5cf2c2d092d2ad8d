/** What other rooms need of this one and a user does not. */

export { requireAdaptable } from "./adaptation/adapter.ts";
export { madeAhead } from "./ahead.ts";
export { dualLossOf } from "./contrastive/dual-loss.ts";
export { cutInWords } from "./contrastive/pair-texts.ts";
export {
  boxesSha256,
  buildDetector,
  detectorOf,
  type LoadedDetector,
  loadDetectionRunData,
  loadDetectorRun,
} from "./detection/index.ts";
export type { DataForOptions } from "./dual-encoder/data-for.ts";
export { embedSet } from "./dual-encoder/embed-set.ts";
export { ownParams, textPoints } from "./dual-encoder/embedder.ts";
export { imagePoints } from "./dual-encoder/image-points.ts";
export { dualEncoderData } from "./dual-encoder/own-data.ts";
export { normalizedFor } from "./dual-encoder/show-images.ts";
export { readTokenizer, writeTokenizer } from "./dual-encoder/stored-tokenizer.ts";
export { firstReferences } from "./example-references.ts";
export { atLength } from "./group/at-length.ts";
export { inShares, type Share } from "./group/shares.ts";
export { requireSame, together } from "./group/together.ts";
export { buildNetwork } from "./network.ts";
export { keptReferences } from "./predict-set.ts";
export {
  buildRegression,
  fourierDirections,
  loadMovedRegressionData,
  loadRegression,
  regressionPredictor,
} from "./regression/index.ts";
export { insistOnData } from "./run-data.ts";
export { statisticsDrift } from "./statistics-drift.ts";
export { type FedStep, lossOf, movingParameters, type StepTold, trainStep } from "./step.ts";
export { createStepper, type StepperParts } from "./stepper.ts";
export { residualPool } from "./transductor.ts";
