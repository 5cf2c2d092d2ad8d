import type { DetectedBoxes, ObjectBoxes } from "../../core/index.ts";
import { type BootstrapOptions, type Interval, percentileInterval, resampled } from "../bootstrap.ts";
import {
  COCO_MOST,
  type CocoFigureName,
  type CocoFigures,
  cocoAreas,
  cocoFigureNames,
  cocoFigureTable,
  cocoRecalls,
  cocoThresholds,
} from "./coco-figures.ts";
import { type ClassMatches, matchClasses } from "./matches.ts";
import { type CurveRoom, curveOf, type Events, eventsOf, precisionAt, roomFor } from "./weighted-curve.ts";

/** Which objects were found at each of COCO's thresholds: what all of its figures, curves and intervals come from. */
export interface CocoMatches {
  /** N */
  readonly images: number;
  /** [K] */
  readonly names: readonly string[];
  readonly classes: readonly ClassMatches[];
  /** [K][4 ranges of areas][10 thresholds] */
  readonly events: readonly (readonly (readonly Events[])[])[];
}

/**
 * Matches detections to objects by COCO's protocol (pycocotools, cocoeval.py): IoU 0.50 to 0.95, 100 detections of a class
 * on an image, crowds neither right nor wrong. Both list the same N images.
 * @throws UserError for columns that do not fit together
 * @example
 * const matches = cocoMatches(objects, detections);
 * console.log(cocoFigures(matches).ap);
 */
export function cocoMatches(objects: ObjectBoxes, detections: DetectedBoxes): CocoMatches {
  const classes = matchClasses(objects, detections, { thresholds: cocoThresholds, areas: cocoAreas, most: COCO_MOST });
  return {
    images: objects.first.length - 1,
    names: objects.names,
    classes,
    events: classes.map((matches) => cocoAreas.map((_, a) => cocoThresholds.map((_, t) => eventsOf(matches, a, t)))),
  };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of one class, range of areas and number of detections: AP at each threshold, and recall. */
interface Cell {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
}

const THRESHOLDS = cocoThresholds.length;

function cellOf(
  matches: ClassMatches,
  events: readonly Events[],
  area: number,
  weights: ArrayLike<number>,
  room?: CurveRoom,
): Cell | undefined {
  let objects = 0;
  for (const image of matches.objects[area]) objects += weights[image];
  if (objects === 0) return undefined;
  const kept = keptUpTo(matches, area, weights);
  const precision = new Float64Array(THRESHOLDS);
  const recall = new Float64Array(THRESHOLDS);
  const atRecalls = new Float64Array(cocoRecalls.length);
  for (let t = 0; t < THRESHOLDS; t++) {
    const curve = curveOf(events[t], matches, kept, objects, weights, room);
    precision[t] = mean(precisionAt(curve, cocoRecalls, atRecalls));
    recall[t] = curve.points > 0 ? curve.recall[curve.points - 1] : 0;
  }
  return { precision, recall };
}

/** [n] weight of the detections up to and with each that are within the range of areas */
function keptUpTo({ images, within }: ClassMatches, area: number, weights: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(images.length);
  const own = within[area];
  let sum = 0;
  for (let i = 0; i < images.length; i++) {
    if (own[i]) sum += weights[images[i]];
    kept[i] = sum;
  }
  return kept;
}

/** Recall where fewer detections of an image are looked at: the surest are matched first, so the others change nothing. */
function recallOfFew(matches: ClassMatches, events: readonly Events[], most: number, weights: ArrayLike<number>): Cell {
  let objects = 0;
  for (const image of matches.objects[0]) objects += weights[image];
  const recall = new Float64Array(THRESHOLDS);
  for (let t = 0; t < THRESHOLDS; t++) {
    const { at, right } = events[t];
    let hits = 0;
    for (let e = 0; e < at.length; e++)
      if (right[e] && matches.ranks[at[e]] < most) hits += weights[matches.images[at[e]]];
    recall[t] = hits / objects;
  }
  return { precision: new Float64Array(THRESHOLDS), recall };
}

/** The figures of one class; of none that no object counts for. */
function classFigures(
  { classes, events }: CocoMatches,
  k: number,
  weights: ArrayLike<number>,
  room?: CurveRoom,
): Partial<Record<CocoFigureName, number>> {
  const cells = cocoAreas.map((_, a) => cellOf(classes[k], events[k][a], a, weights, room));
  const figures: Partial<Record<CocoFigureName, number>> = {};
  for (const name of cocoFigureNames) {
    const { of, area, threshold, most } = cocoFigureTable[name];
    const whole = cells[area];
    if (!whole) continue;
    const cell = most === COCO_MOST ? whole : recallOfFew(classes[k], events[k][0], most, weights);
    figures[name] = threshold === undefined ? mean(cell[of]) : cell[of][threshold];
  }
  return figures;
}

function figuresOf(matches: CocoMatches, weights: ArrayLike<number>, room?: CurveRoom): CocoFigures {
  const sums = Object.fromEntries(cocoFigureNames.map((name) => [name, { sum: 0, classes: 0 }]));
  for (let k = 0; k < matches.classes.length; k++) {
    const own = classFigures(matches, k, weights, room);
    for (const name of cocoFigureNames) {
      if (own[name] === undefined) continue;
      sums[name].sum += own[name];
      sums[name].classes++;
    }
  }
  return Object.fromEntries(
    cocoFigureNames.filter((name) => sums[name].classes > 0).map((name) => [name, sums[name].sum / sums[name].classes]),
  );
}

const once = ({ images }: CocoMatches): Uint8Array => new Uint8Array(images).fill(1);

/**
 * COCO's twelve figures, equal to pycocotools': means over the classes that have objects. What pycocotools gives as −1, for
 * no object counts, is left out.
 * @example
 * const { ap, ap50, apSmall } = cocoFigures(cocoMatches(objects, detections));
 */
export const cocoFigures = (matches: CocoMatches): CocoFigures => figuresOf(matches, once(matches));

/**
 * The same of each class: [K].
 * @example
 * const matches = cocoMatches(objects, detections);
 * matches.names.forEach((name, k) => console.log(name, cocoFiguresByClass(matches)[k].ap));
 */
export const cocoFiguresByClass = (matches: CocoMatches): CocoFigures[] => {
  const weights = once(matches);
  return matches.classes.map((_, k) => classFigures(matches, k, weights));
};

/** Precision of one class at the 101 recalls of `cocoRecalls`, for each of the ten IoU thresholds: [10][101]. */
export type PrecisionCurves = readonly Float64Array[];

/**
 * COCO's precision-recall curves of each class [K]; of none that has no objects. Each is the upper envelope, whose mean is the
 * class's AP at that threshold.
 * @example
 * const curves = cocoPrecision(cocoMatches(objects, detections));
 * console.log(curves[0]?.[0]); // of the first class at IoU 0.50
 */
export function cocoPrecision(matches: CocoMatches): (PrecisionCurves | undefined)[] {
  const weights = once(matches);
  return matches.classes.map((own, k) => {
    const objects = own.objects[0].length;
    if (objects === 0) return undefined;
    const kept = keptUpTo(own, 0, weights);
    return matches.events[k][0].map((events) => precisionAt(curveOf(events, own, kept, objects, weights), cocoRecalls));
  });
}

/**
 * 95 % intervals of the twelve figures over the choice of the images: these are drawn with replacement, and the figure is
 * computed of each draw. Figures of sizes whose objects lie on fewer than 10 images have none. Images that are drawn twice make a
 * precision-recall curve coarser and so its upper envelope, of which AP is the area, higher: the middle 95 % of the draws
 * are moved by as much as their mean lies off the figure.
 * @param options.resamples default 1000
 * @example
 * const [lower, upper] = cocoIntervals(cocoMatches(objects, detections), { resamples: 200 }).ap ?? [];
 */
export function cocoIntervals(
  matches: CocoMatches,
  options: BootstrapOptions = {},
): Readonly<Partial<Record<CocoFigureName, Interval>>> {
  const drawnFigures = new Map<CocoFigureName, number[]>(cocoFigureNames.map((name) => [name, []]));
  const weights = new Int32Array(matches.images);
  const room = roomFor(Math.max(0, ...matches.events.flat(2).map(({ at }) => at.length)));
  resampled(matches.images, options, (drawn) => {
    weights.fill(0);
    for (const image of drawn) weights[image]++;
    for (const [name, value] of Object.entries(figuresOf(matches, weights, room)) as [CocoFigureName, number][])
      drawnFigures.get(name)!.push(value);
  });
  const figures = cocoFigures(matches);
  const known = cocoAreas.map((_, a) => new Set(matches.classes.flatMap(({ objects }) => [...objects[a]])).size);
  return Object.fromEntries(
    [...drawnFigures]
      .filter(([name, values]) => values.length > 0 && known[cocoFigureTable[name].area] >= FEWEST_IMAGES)
      .map(([name, values]) => [name, movedInterval(Float64Array.from(values), figures[name]!)]),
  );
}

/** Of fewer images a draw is much like another, whatever the figure is worth. */
const FEWEST_IMAGES = 10;

/** The middle 95 % of the draws, moved by what their mean lies off the figure, within [0, 1]. */
function movedInterval(drawn: Float64Array, figure: number): Interval {
  const off = mean(drawn) - figure;
  const [lower, upper] = percentileInterval(drawn);
  return [Math.max(0, lower - off), Math.min(1, upper - off)];
}
