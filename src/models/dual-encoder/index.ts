export { type ClipOptions, type ClipSize, clip } from "./clip.ts";
export type { DualEncoder, ImageTower, TextTower, Tower } from "./dual-encoder.ts";
export type { ClipImageSize } from "./image-tower.ts";
export { clipSizes, createDualEncoder, type DualEncoderName, dualEncoderNames } from "./table.ts";
export type { ClipTextSize } from "./text-tower.ts";
export type { Activation, TransformerSize } from "./transformer.ts";
