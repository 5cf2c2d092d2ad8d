export type { DetectOptions } from "./forward.ts";
export {
  type Detector,
  type DetectorOptions,
  detectorOf,
  type LoadedDetector,
  loadDetector,
  loadDetectorRun,
} from "./load.ts";
export { boxesSha256, buildDetector, type DetectionRecord, readDetectionRun } from "./record.ts";
export { type DetectionDataPlaces, loadDetectionRunData } from "./run-data.ts";
export { trainDetection } from "./train.ts";
