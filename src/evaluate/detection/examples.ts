import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxOutcomes } from "./outcomes.ts";

/** What images are shown for, in this order. */
export const boxStrips = ["surest", "wrong", "missed", "doubted"] as const;
export type BoxStrip = (typeof boxStrips)[number];

/** An image that is worth looking at, with what of it is shown. */
export interface BoxExample {
  readonly strip: BoxStrip;
  readonly image: number;
  /** Rows of the detections that are shown and right at IoU 0.5, and of those that are wrong. */
  readonly right: readonly number[];
  readonly wrong: readonly number[];
  /** Rows of the objects that none of these finds. */
  readonly missed: readonly number[];
}

export interface BoxExamplesOptions {
  /** [K] score from which on a class's detections are shown. */
  readonly least: readonly number[];
  /** Images for each reason; 6 where absent. */
  readonly each?: number;
}

/**
 * Images to look at: those of the surest right detections, of the surest wrong ones, of the largest objects that are missed, and,
 * where detections have a doubt, of the most doubted ones; each image once for a reason.
 * @throws UserError for columns that do not fit together
 * @example
 * const examples = boxExamples(objects, detections, { least: objects.names.map(() => 0.3) });
 */
export function boxExamples(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  { least, each = 6 }: BoxExamplesOptions,
): BoxExample[] {
  const { outcome, found } = boxOutcomes(objects, detections, { threshold: 0.5 });
  const [imageOfDetection, imageOfObject] = [imagesOf(detections.first), imagesOf(objects.first)];
  const shown = Array.from(detections.index.keys()).filter(
    (row) => detections.score[row] >= least[detections.index[row]],
  );
  const [right, wrong] = [1, 0].map((wanted) => shown.filter((row) => outcome[row] === wanted));
  const isFound = new Set(right.map((row) => found[row]));
  const missed = Array.from(objects.index.keys()).filter((row) => !isFound.has(row) && !objects.crowd?.[row]);
  const sizeOf = (row: number) => objects.boxes[4 * row + 2] * objects.boxes[4 * row + 3];
  const { doubt, score } = detections;
  const by = (rows: readonly number[], value: (row: number) => number, imageOf: Int32Array) => {
    const ordered = rows.toSorted((a, b) => value(b) - value(a) || a - b).map((row) => imageOf[row]);
    return [...new Set(ordered)].slice(0, each);
  };
  const chosen: Record<BoxStrip, readonly number[]> = {
    surest: by(right, (row) => score[row], imageOfDetection),
    wrong: by(wrong, (row) => score[row], imageOfDetection),
    missed: by(missed, sizeOf, imageOfObject),
    doubted: doubt ? by(shown, (row) => doubt[row], imageOfDetection) : [],
  };
  const on = (rows: readonly number[], imageOf: Int32Array, image: number) =>
    rows.filter((row) => imageOf[row] === image);
  return boxStrips.flatMap((strip) =>
    chosen[strip].map((image) => ({
      strip,
      image,
      right: on(right, imageOfDetection, image),
      wrong: on(wrong, imageOfDetection, image),
      missed: on(missed, imageOfObject, image),
    })),
  );
}

/** [M] which image each row is of. */
function imagesOf(first: Int32Array): Int32Array {
  const images = new Int32Array(first.at(-1)!);
  for (let image = 0; image + 1 < first.length; image++) images.fill(image, first[image], first[image + 1]);
  return images;
}
