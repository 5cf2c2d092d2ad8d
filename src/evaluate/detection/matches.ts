import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { boxIou } from "./box-iou.ts";
import { checkBoxes } from "./check-boxes.ts";
import { type Grouped, groupByClass } from "./group.ts";
import { type ImageObjects, matchImage } from "./match-image.ts";

/** What became of a detection. */
export const WRONG = 0;
export const RIGHT = 1;
/** It counts neither way: around a crowd, or of another size than the range. */
export const UNCOUNTED = 2;

export interface MatchSettings {
  /** [T] IoU from which on an object is found. */
  readonly thresholds: readonly number[];
  /** [A] ranges of areas in square pixels, both ends within; objects outside are not counted. */
  readonly areas: readonly (readonly [from: number, to: number])[];
  /** Detections of a class on an image that are looked at, the surest. */
  readonly most: number;
}

/** What became of the detections of one class, the surest first; equal ones by image, then in their order. */
export interface ClassMatches {
  /** [n] rows of the detections */
  readonly rows: Int32Array;
  /** [n] their images */
  readonly images: Int32Array;
  /** [n] how many of the class on the image are surer */
  readonly ranks: Int32Array;
  /** [A] of [T × n]: `WRONG`, `RIGHT` or `UNCOUNTED` */
  readonly outcomes: readonly Uint8Array[];
  /** [A] of [n]: 1 where the detection's own area is within */
  readonly within: readonly Uint8Array[];
  /** [A] images of the objects that count, one entry an object */
  readonly objects: readonly Int32Array[];
  /** [T × n] rows of the objects that were found in the first range of areas, −1 for none */
  readonly found: Int32Array;
}

/** Which objects the detections of each class find: [K]. @throws UserError as `checkBoxes` */
export function matchClasses(objects: ObjectBoxes, detections: DetectedBoxes, settings: MatchSettings): ClassMatches[] {
  checkBoxes(objects, detections);
  const byClass = [groupByClass(objects), groupByClass(detections, detections.score)] as const;
  return objects.names.map((_, k) => matchClass(objects, detections, k, byClass, settings));
}

function matchClass(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  k: number,
  [known, guessed]: readonly [Grouped, Grouped],
  { thresholds, areas, most }: MatchSettings,
): ClassMatches {
  const kept = surest(guessed, k, most);
  const n = kept.rows.length;
  const outcomes = areas.map(() => new Uint8Array(thresholds.length * n));
  const matched = new Int32Array(thresholds.length * n).fill(-1);
  const within = areas.map(([from, to]) =>
    Uint8Array.from(kept.rows, (row) => inside(areaOf(detections, row), from, to)),
  );
  const counted = areas.map(() => [] as number[]);

  const place = new Int32Array(most);
  const end = known.first[k + 1];
  let [g, d] = [known.first[k], 0];
  while (g < end || d < n) {
    const image = Math.min(g < end ? known.images[g] : Infinity, d < n ? kept.images[d] : Infinity);
    const [firstObject, firstDetection] = [g, d];
    while (g < end && known.images[g] === image) g++;
    while (d < n && kept.images[d] === image) d++;
    // Most images have no object of a class: what was detected there is wrong, or of another size.
    if (g === firstObject) {
      for (const [a, own] of within.entries())
        for (let at = firstDetection; at < d; at++)
          if (!own[at]) for (let t = 0; t < thresholds.length; t++) outcomes[a][t * n + at] = UNCOUNTED;
      continue;
    }
    const rows = known.rows.subarray(firstObject, g);
    const count = d - firstDetection;
    const iou = ious(objects, rows, detections, kept.rows.subarray(firstDetection, d));
    const taken = new Uint8Array(rows.length);
    for (const [a, range] of areas.entries()) {
      const seen = seenObjects(objects, rows, range);
      for (const ignored of seen.ignored) if (!ignored) counted[a].push(image);
      for (const [t, threshold] of thresholds.entries()) {
        matchImage(iou, count, seen, threshold, taken, place);
        for (let i = 0; i < count; i++) {
          const at = firstDetection + i;
          const object = place[i];
          if (object >= 0) outcomes[a][t * n + at] = seen.ignored[object] ? UNCOUNTED : RIGHT;
          else outcomes[a][t * n + at] = within[a][at] ? WRONG : UNCOUNTED;
          if (a === 0 && object >= 0) matched[t * n + at] = rows[object];
        }
      }
    }
  }
  const order = Int32Array.from(kept.rows, (_, i) => i);
  order.sort((a, b) => detections.score[kept.rows[b]] - detections.score[kept.rows[a]] || a - b);
  return {
    rows: order.map((i) => kept.rows[i]),
    images: order.map((i) => kept.images[i]),
    ranks: order.map((i) => kept.ranks[i]),
    outcomes: outcomes.map((values) => inOrder(values, order)),
    within: within.map((values) => inOrder(values, order)),
    objects: counted.map((images) => Int32Array.from(images)),
    found: inOrder(matched, order),
  };
}

/** Each of the rows of values [… × n] in that order. */
function inOrder<Values extends Uint8Array | Int32Array>(values: Values, order: Int32Array): Values {
  const sorted = values.slice() as Values;
  for (let from = 0; from < values.length; from += order.length)
    for (let i = 0; i < order.length; i++) sorted[from + i] = values[from + order[i]];
  return sorted;
}

/** The detections of a class without those that come after `most` surer ones on their image. */
function surest({ rows, images, first }: Grouped, k: number, most: number) {
  const kept: number[] = [];
  const ranks: number[] = [];
  for (let at = first[k], rank = 0; at < first[k + 1]; at++) {
    rank = at > first[k] && images[at] === images[at - 1] ? rank + 1 : 0;
    if (rank >= most) continue;
    kept.push(at);
    ranks.push(rank);
  }
  const places = Int32Array.from(kept);
  return { rows: places.map((at) => rows[at]), images: places.map((at) => images[at]), ranks: Int32Array.from(ranks) };
}

const areaOf = ({ boxes }: DetectedBoxes, row: number): number => boxes[4 * row + 2] * boxes[4 * row + 3];
const inside = (area: number, from: number, to: number): number => (area < from || area > to ? 0 : 1);

/** [D, G] */
function ious(objects: ObjectBoxes, rows: Int32Array, detections: DetectedBoxes, of: Int32Array): Float64Array {
  const values = new Float64Array(of.length * rows.length);
  for (let d = 0; d < of.length; d++)
    for (let g = 0; g < rows.length; g++)
      values[d * rows.length + g] = boxIou(
        detections.boxes,
        of[d],
        objects.boxes,
        rows[g],
        objects.crowd?.[rows[g]] === 1,
      );
  return values;
}

function seenObjects(
  { boxes, area, crowd }: ObjectBoxes,
  rows: Int32Array,
  [from, to]: readonly [number, number],
): ImageObjects {
  const count = rows.length;
  const ignored = new Uint8Array(count);
  const crowds = new Uint8Array(count);
  for (let g = 0; g < count; g++) {
    const row = rows[g];
    crowds[g] = crowd?.[row] ? 1 : 0;
    ignored[g] = crowds[g] || !inside(area?.[row] ?? boxes[4 * row + 2] * boxes[4 * row + 3], from, to) ? 1 : 0;
  }
  const order = new Int32Array(count);
  let at = 0;
  for (const last of [0, 1]) for (let g = 0; g < count; g++) if (ignored[g] === last) order[at++] = g;
  return { count, order, ignored, crowd: crowds };
}
