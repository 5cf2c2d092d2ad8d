export { type CocoDetections, readCocoDetections } from "./coco-detections.ts";
export { cocoDetectionList, cocoTruth, type DeviatingBoxes } from "./coco-lists.ts";
export {
  type CocoCategory,
  type CocoImage,
  type CocoObjects,
  type CocoObjectsOptions,
  readCocoObjects,
} from "./coco-objects.ts";
export type { Remark } from "./remarks.ts";
