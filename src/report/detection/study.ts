import { type DetectionResults, groupIntoArms } from "../../evaluate/index.ts";
import { type BoxGallery, readBoxGallery, readDetectionResults } from "../../run/index.ts";
import { type DrawnArm, drawnArm } from "../drawn-arm.ts";

/** What was judged of one detector, or of several runs of one. */
export interface DetectionArm extends DrawnArm {
  readonly runs: readonly { readonly results: DetectionResults; readonly gallery?: BoxGallery }[];
}

export interface DetectionStudy {
  readonly arms: readonly DetectionArm[];
}

/** @throws UserError where a folder lacks its results, or they are damaged */
export function detectionStudy(folders: readonly string[]): DetectionStudy {
  const all = folders.map(readDetectionResults);
  return {
    arms: groupIntoArms(all).map(
      ({ name, results }, i): DetectionArm => ({
        ...drawnArm(name, i),
        runs: results.map((one) => ({ results: one, gallery: readBoxGallery(folders[all.indexOf(one)]) })),
      }),
    ),
  };
}

/** The first run's results: what has no mean, such as a matrix, is shown of it. */
export const firstOf = ({ runs }: DetectionArm): DetectionResults => runs[0].results;
