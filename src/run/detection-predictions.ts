import { join } from "node:path";
import type { DetectedBoxes, ImageSet, ObjectBoxes } from "../core/index.ts";
import { UserError } from "../core/index.ts";
import {
  cocoDetectionList,
  cocoTruth,
  type DeviatingBoxes,
  readCocoDetections,
  readCocoObjects,
} from "../data/index.ts";
import type { StoredDetectionSet } from "../evaluate/index.ts";
import { storedDetectionSet } from "../evaluate/internal.ts";
import { runPaths } from "../files/index.ts";
import { writeFileAtomic } from "../files/internal.ts";
import { unusedSlug } from "./slug.ts";
import { storedIndex } from "./stored-index.ts";

const paths = (run: string, slug: string) => {
  const stem = join(runPaths(run).predictions, slug);
  return { detections: `${stem}.detections.json`, truth: `${stem}.truth.json` };
};
const index = storedIndex("detection", storedDetectionSet, paths);

/**
 * The sets that a detector has predicted, in the order in which they were first saved; none for a fresh run.
 * @throws UserError where the folder holds predictions of another task, or the index is damaged
 */
export const storedDetectionSets = (run: string): StoredDetectionSet[] => index.read(run);

/** Removes the sets that `keep` does not want, with their files. */
export const dropDetections: (run: string, keep: (entry: StoredDetectionSet) => boolean) => void = index.drop;

/**
 * Stores what was found on a set, and what is there, under the run folder, in place of earlier files: both in COCO's JSON, for
 * every program that judges boxes.
 */
export function saveDetections(
  run: string,
  set: ImageSet,
  detections: DeviatingBoxes,
  context: Omit<StoredDetectionSet, "set" | "slug" | "images">,
): void {
  const before = storedDetectionSets(run);
  const others = before.filter((other) => other.set !== set.name);
  const slug = before.find((other) => other.set === set.name)?.slug ?? unusedSlug(set.name, others);
  // A set that is replaced leaves the index before its files change.
  if (others.length < before.length) index.write(run, others);
  const files = paths(run, slug);
  writeFileAtomic(files.truth, `${JSON.stringify(cocoTruth(set))}\n`);
  writeFileAtomic(files.detections, `${JSON.stringify(cocoDetectionList(set, detections))}\n`);
  const entry: StoredDetectionSet = { set: set.name, slug, images: detections.first.length - 1, ...context };
  index.write(run, [...others, entry]);
}

/**
 * Reads what a detector found on a set, and what is there.
 * @throws UserError where the set was never predicted, or a file of it is missing or damaged
 * @example
 * const { objects, detections } = loadDetections(run, "emoji-scenes/test");
 * console.log(judgeBoxes(objects, detections).figures);
 */
export function loadDetections(
  run: string,
  set: string,
): { readonly objects: ObjectBoxes; readonly detections: DetectedBoxes } {
  const sets = storedDetectionSets(run);
  const entry = sets.find((other) => other.set === set);
  if (!entry) {
    const known = sets.map((other) => other.set).join(", ");
    throw new UserError(`${run} has no detections on "${set}"; it has: ${known || "none"}`);
  }
  const files = paths(run, entry.slug);
  const truth = readCocoObjects(files.truth);
  return { objects: truth.objects, detections: readCocoDetections(files.detections, truth).detections };
}
