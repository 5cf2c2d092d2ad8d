import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxIou } from "./box-iou.ts";
import { RIGHT, WRONG } from "./matches.ts";
import { boxOutcomes } from "./outcomes.ts";

export interface BoxConfusionOptions {
  /** IoU from which on an object is found. Default 0.5. */
  readonly threshold?: number;
  /** Detections of a lower score are left out; one for all classes, or [K], undefined where none is kept. */
  readonly minScore: number | readonly (number | undefined)[];
}

export interface BoxConfusion {
  /** [K] names, then `background` */
  readonly names: readonly string[];
  /**
   * [(K + 1) × (K + 1)] how often an object of the row's class was taken for the column's. The last column are objects that
   * were not found, the last row detections where no object is left.
   */
  readonly counts: Int32Array;
}

/**
 * What is mistaken for what. Detections that find an object of their own class, as COCO matches, stand on the diagonal; the
 * others, the surest first, take of what is left the object of the highest IoU of at least the threshold, whatever its
 * class, else background. Crowds count neither way.
 * @throws UserError for columns that do not fit together
 * @example
 * const { names, counts } = boxConfusion(objects, detections, { minScore: 0.5 });
 * console.log(names.at(-1), counts.length); // background, and (K + 1)²
 */
export function boxConfusion(
  objects: ObjectBoxes,
  all: DetectedBoxes,
  { threshold = 0.5, minScore }: BoxConfusionOptions,
): BoxConfusion {
  const detections = surerThan(all, minScore);
  const { outcome, found } = boxOutcomes(objects, detections, { threshold });
  const classes = objects.names.length;
  const counts = new Int32Array((classes + 1) ** 2);
  const count = (truth: number, guess: number) => counts[truth * (classes + 1) + guess]++;
  const taken = new Uint8Array(objects.index.length);
  for (let row = 0; row < outcome.length; row++) {
    if (outcome[row] !== RIGHT) continue;
    taken[found[row]] = 1;
    count(objects.index[found[row]], detections.index[row]);
  }
  for (let image = 0; image + 1 < objects.first.length; image++) {
    const left: number[] = [];
    for (let row = detections.first[image]; row < detections.first[image + 1]; row++)
      if (outcome[row] === WRONG) left.push(row);
    left.sort((a, b) => detections.score[b] - detections.score[a] || a - b);
    for (const row of left) {
      const object = closestFree(objects, image, taken, detections, row, threshold);
      if (object >= 0) taken[object] = 1;
      count(object >= 0 ? objects.index[object] : classes, detections.index[row]);
    }
  }
  for (let row = 0; row < taken.length; row++)
    if (!taken[row] && !objects.crowd?.[row]) count(objects.index[row], classes);
  return { names: [...objects.names, "background"], counts };
}

function closestFree(
  { first, boxes, crowd }: ObjectBoxes,
  image: number,
  taken: Uint8Array,
  detections: DetectedBoxes,
  detection: number,
  threshold: number,
): number {
  let [best, object] = [threshold, -1];
  for (let row = first[image]; row < first[image + 1]; row++) {
    if (taken[row] || crowd?.[row]) continue;
    const iou = boxIou(detections.boxes, detection, boxes, row, false);
    if (iou < best || (iou === best && object >= 0)) continue;
    [best, object] = [iou, row];
  }
  return object;
}

/** Those of at least that score. */
function surerThan(detections: DetectedBoxes, minScore: BoxConfusionOptions["minScore"]): DetectedBoxes {
  const { names, first, boxes, index, score } = detections;
  const least = (k: number) => (typeof minScore === "number" ? minScore : (minScore[k] ?? Infinity));
  const kept = (row: number) => score[row] >= least(index[row]);
  const starts = new Int32Array(first.length);
  for (let image = 0; image + 1 < first.length; image++) {
    starts[image + 1] = starts[image];
    for (let row = first[image]; row < first[image + 1]; row++) if (kept(row)) starts[image + 1]++;
  }
  return {
    names,
    first: starts,
    boxes: boxes.filter((_, at) => kept(at >> 2)),
    index: index.filter((_, row) => kept(row)),
    score: score.filter((_, row) => kept(row)),
  };
}
