import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxIou } from "./box-iou.ts";
import { checkBoxes } from "./check-boxes.ts";
import { groupByClass } from "./group.ts";

export interface VocApOptions {
  /** An object is found above this IoU. Default 0.5. */
  readonly threshold?: number;
}

export interface ClassVocAp {
  /** The mean of the highest precision from the recalls 0, 0.1, …, 1 on: VOC 2007. */
  readonly elevenPoint: number;
  /** The area under the upper envelope: VOC 2010 to 2012. */
  readonly allPoint: number;
}

export interface VocAp extends ClassVocAp {
  /** [K]; undefined for a class without objects */
  readonly classes: readonly (ClassVocAp | undefined)[];
}

/**
 * Pascal VOC's average precision (its development kit, VOCevaldet), mean over the classes that have objects. A detection
 * looks at the object of the highest IoU alone: it is wrong where that one is taken. Difficult objects, and crowds, count
 * neither way. VOC's corners are pixels, both within, so that its widths are xmax − xmin + 1: boxes of that width give its
 * IoU. Equal scores keep their order.
 * @returns `undefined` without objects
 * @throws UserError for columns that do not fit together
 * @example
 * const { allPoint, elevenPoint } = vocAp(objects, detections) ?? {};
 */
export function vocAp(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  { threshold = 0.5 }: VocApOptions = {},
): VocAp | undefined {
  checkBoxes(objects, detections);
  const uncounted = (row: number) => Boolean(objects.difficult?.[row] || objects.crowd?.[row]);
  const [known, guessed] = [groupByClass(objects), groupByClass(detections)];
  const classes = objects.names.map((_, k) => {
    const own = known.rows.subarray(known.first[k], known.first[k + 1]);
    const count = own.reduce((sum, row) => sum + (uncounted(row) ? 0 : 1), 0);
    if (count === 0) return undefined;
    const ofImage = new Map<number, number[]>();
    own.forEach((row, i) => {
      const image = known.images[known.first[k] + i];
      ofImage.set(image, [...(ofImage.get(image) ?? []), row]);
    });
    const from = guessed.first[k];
    const places = Int32Array.from({ length: guessed.first[k + 1] - from }, (_, i) => from + i);
    const score = (place: number) => detections.score[guessed.rows[place]];
    places.sort((a, b) => score(b) - score(a) || a - b);
    const taken = new Set<number>();
    const hits: boolean[] = [];
    for (const place of places) {
      const best = closest(objects, ofImage.get(guessed.images[place]) ?? [], detections, guessed.rows[place]);
      const found = best !== undefined && best.iou > threshold;
      if (found && uncounted(best.row)) continue;
      hits.push(found && !taken.has(best.row));
      if (found) taken.add(best.row);
    }
    return areas(hits, count);
  });
  const present = classes.filter((own) => own !== undefined);
  if (present.length === 0) return undefined;
  const mean = (of: keyof ClassVocAp) => present.reduce((sum, own) => sum + own[of], 0) / present.length;
  return { elevenPoint: mean("elevenPoint"), allPoint: mean("allPoint"), classes };
}

function closest({ boxes }: ObjectBoxes, rows: readonly number[], detections: DetectedBoxes, detection: number) {
  let best: { readonly row: number; readonly iou: number } | undefined;
  for (const row of rows) {
    const iou = boxIou(detections.boxes, detection, boxes, row, false);
    if (!best || iou > best.iou) best = { row, iou };
  }
  return best;
}

/** @param hits whether each detection, the surest first, found a new object */
function areas(hits: readonly boolean[], objects: number): ClassVocAp {
  const recall: number[] = [];
  const precision: number[] = [];
  let right = 0;
  hits.forEach((hit, i) => {
    if (hit) right++;
    recall.push(right / objects);
    precision.push(right / (i + 1));
  });
  for (let i = precision.length - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1], precision[i]);
  let elevenPoint = 0;
  for (let tenth = 0; tenth <= 10; tenth++) {
    const at = recall.findIndex((value) => value >= tenth * 0.1);
    if (at >= 0) elevenPoint += precision[at] / 11;
  }
  const allPoint = recall.reduce((sum, value, i) => sum + (value - (recall[i - 1] ?? 0)) * precision[i], 0);
  return { elevenPoint, allPoint };
}
