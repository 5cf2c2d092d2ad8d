export { createEmbedder, type Embedder, type EmbedderOptions } from "./embedder.ts";
export {
  isDualEncoderFolder,
  type LoadDualEncoderOptions,
  type LoadedDualEncoder,
  loadDualEncoder,
} from "./load-dual-encoder.ts";
export { type ImageFileSource, readForDualEncoder } from "./show-images.ts";
export { type ZeroShotClassifier, type ZeroShotOptions, zeroShot } from "./zero-shot.ts";
