export { type ContrastiveRecord, isDualEncoderRun, readContrastiveRun } from "./record.ts";
export { trainContrastive } from "./train.ts";
