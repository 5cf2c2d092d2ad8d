export { classesAlike } from "./classes-alike.ts";
export { createEmbedder, createTextEmbedder, type Embedder, type EmbedderOptions } from "./embedder.ts";
export {
  isClipFolder,
  isDualEncoderFolder,
  type LoadDualEncoderOptions,
  type LoadedDualEncoder,
  loadDualEncoder,
} from "./load-dual-encoder.ts";
export { type ImageFileSource, readForDualEncoder } from "./show-images.ts";
export { classPoints, type ZeroShotClassifier, type ZeroShotOptions, zeroShot } from "./zero-shot.ts";
