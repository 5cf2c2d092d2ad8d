export { type ClipOptions, type ClipSize, clip } from "./clip.ts";
export { type ClipFacts, clipOfTensors, type WithWeights } from "./clip-weights.ts";
export { cosineClassifier, ofUnitLength } from "./cosine-classifier.ts";
export { createDualEncoder, type DualEncoderOptions } from "./create.ts";
export type { DualEncoder, ImageTower, TextTower, Tower } from "./dual-encoder.ts";
export type { ClipImageSize } from "./image-tower.ts";
export { type ClipName, type ClipVariant, clipNames, clipVariants } from "./table.ts";
export type { ClipTextSize } from "./text-tower.ts";
export { type Activation, activationNames, type TransformerSize } from "./transformer.ts";
