import { type ClassMatches, RIGHT, UNCOUNTED } from "./matches.ts";

/** Detections of one class, threshold and range of areas that are told apart from what their own area says. */
export interface Events {
  /** [e] places, rising */
  readonly at: Int32Array;
  /** [e] 1 where an object was found that counts */
  readonly right: Uint8Array;
  /** [e] what the detection adds to those that count, beside what its own area says: −1, 0 or 1 */
  readonly shift: Int8Array;
}

/** Only what was matched can differ from what the area says: unmatched detections count where they are within. */
export function eventsOf({ rows, outcomes, within, found: _ }: ClassMatches, area: number, threshold: number): Events {
  const n = rows.length;
  const own = outcomes[area].subarray(threshold * n, (threshold + 1) * n);
  const at: number[] = [];
  for (let i = 0; i < n; i++) if (own[i] === RIGHT || (own[i] === UNCOUNTED && within[area][i])) at.push(i);
  return {
    at: Int32Array.from(at),
    right: Uint8Array.from(at, (i) => (own[i] === RIGHT ? 1 : 0)),
    shift: Int8Array.from(at, (i) => (own[i] === RIGHT ? 1 : 0) - within[area][i]),
  };
}

/** `np.spacing(1)` */
const EPSILON = 2 ** -52;

/** Recall and precision after each right detection; between them precision only falls. */
export interface Curve {
  readonly points: number;
  readonly recall: Float64Array;
  /** The highest precision from this recall on. */
  readonly precision: Float64Array;
}

/** Arrays that curves are written to, one after the other: thousands are drawn for an interval. */
export interface CurveRoom {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
}

export const roomFor = (points: number): CurveRoom => ({
  recall: new Float64Array(points),
  precision: new Float64Array(points),
});

/**
 * @param kept [n] weight of the detections up to and with this one that are within the range of areas
 * @param objects weight of the objects, above 0
 */
export function curveOf(
  { at, right, shift }: Events,
  { images }: Pick<ClassMatches, "images">,
  kept: Float64Array,
  objects: number,
  weights: ArrayLike<number>,
  { recall, precision }: CurveRoom = roomFor(at.length),
): Curve {
  let [points, hits, shifted] = [0, 0, 0];
  for (let e = 0; e < at.length; e++) {
    const weight = weights[images[at[e]]];
    shifted += shift[e] * weight;
    if (!right[e] || weight === 0) continue;
    hits += weight;
    recall[points] = hits / objects;
    precision[points++] = hits / (kept[at[e]] + shifted + EPSILON);
  }
  for (let i = points - 1; i > 0; i--) if (precision[i] > precision[i - 1]) precision[i - 1] = precision[i];
  return { points, recall, precision };
}

/** Precision at these recalls, rising; 0 at those that are not reached. */
export function precisionAt(
  { points, recall, precision }: Curve,
  recalls: readonly number[],
  into = new Float64Array(recalls.length),
): Float64Array {
  for (let r = 0, i = 0; r < recalls.length; r++) {
    while (i < points && recall[i] < recalls[r]) i++;
    into[r] = i < points ? precision[i] : 0;
  }
  return into;
}
