import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxIou } from "./box-iou.ts";
import { COCO_MOST, cocoAreas } from "./coco-figures.ts";
import { matchClasses, UNCOUNTED } from "./matches.ts";

export interface OutcomeOptions {
  /** IoU from which on an object is found. Default 0.5. */
  readonly threshold?: number;
  /** Detections of a class on an image that are looked at, the surest. Default 100. */
  readonly most?: number;
}

/** What became of each detection at one IoU threshold. */
export interface BoxOutcomes {
  readonly threshold: number;
  /** [M] 0 wrong, 1 right, 2 not counted: around a crowd, or after `most` surer ones */
  readonly outcome: Uint8Array;
  /** [M] row of the object that was found, −1 for none */
  readonly found: Int32Array;
  /** [M] IoU with it, 0 without */
  readonly iou: Float64Array;
  /** [K] objects that count */
  readonly objects: Int32Array;
}

/**
 * Which detections are right, by COCO's matching within each class at one threshold.
 * @throws UserError for columns that do not fit together
 * @example
 * const { outcome } = boxOutcomes(objects, detections, { threshold: 0.5 });
 * console.log(outcome.filter((one) => one === 1).length, "objects found");
 */
export function boxOutcomes(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  { threshold = 0.5, most = COCO_MOST }: OutcomeOptions = {},
): BoxOutcomes {
  const classes = matchClasses(objects, detections, { thresholds: [threshold], areas: [cocoAreas[0]], most });
  const count = detections.index.length;
  const outcome = new Uint8Array(count).fill(UNCOUNTED);
  const found = new Int32Array(count).fill(-1);
  const iou = new Float64Array(count);
  for (const { rows, outcomes, found: object } of classes)
    for (let i = 0; i < rows.length; i++) {
      outcome[rows[i]] = outcomes[0][i];
      found[rows[i]] = object[i];
      if (object[i] >= 0)
        iou[rows[i]] = boxIou(detections.boxes, rows[i], objects.boxes, object[i], objects.crowd?.[object[i]] === 1);
    }
  return { threshold, outcome, found, iou, objects: Int32Array.from(classes, (own) => own.objects[0].length) };
}

/** [K] rows of the detections of each class that count, the surest first. */
export function countedByClass({ names, index, score }: DetectedBoxes, { outcome }: BoxOutcomes): Int32Array[] {
  const rows = names.map(() => [] as number[]);
  for (let row = 0; row < index.length; row++) if (outcome[row] !== UNCOUNTED) rows[index[row]].push(row);
  return rows.map((own) => Int32Array.from(own).sort((a, b) => score[b] - score[a] || a - b));
}
