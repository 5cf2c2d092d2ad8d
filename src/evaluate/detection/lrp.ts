import type { DetectedBoxes } from "../../core/index.ts";
import { RIGHT } from "./matches.ts";
import { type BoxOutcomes, countedByClass } from "./outcomes.ts";

/** The localisation-recall-precision error of one class, where it is smallest. */
export interface ClassLrp {
  /** From 0, best, to 1. */
  readonly olrp: number;
  /** Mean 1 − IoU of the right detections; absent where none is right. */
  readonly localisation?: number;
  /** Share of the detections that are wrong (1 − precision); absent where none is right. */
  readonly falsePositive?: number;
  /** Share of the objects that are not found (1 − recall). */
  readonly falseNegative: number;
  /** The operating threshold: detections of at least this score are kept; absent where none is right. */
  readonly threshold?: number;
}

export interface OptimalLrp extends Omit<ClassLrp, "threshold"> {
  /** [K]; undefined for a class without objects */
  readonly classes: readonly (ClassLrp | undefined)[];
}

/**
 * Optimal LRP (Oksuz et al. 2018 and 2021): of one class at a score threshold s it is
 * (Σ_TP (1 − IoU) / (1 − τ) + FP + FN) / (TP + FP + FN), and the least over all s; then means over the classes that have
 * objects. Unlike AP it says how well boxes fit, and at which score to cut. Detections of equal scores are kept or cut
 * together, where the authors' code cuts between them.
 * @returns `undefined` without objects
 * @example
 * const outcomes = boxOutcomes(objects, detections);
 * console.log(optimalLrp(detections, outcomes)?.classes[0]?.threshold);
 */
export function optimalLrp(detections: DetectedBoxes, outcomes: BoxOutcomes): OptimalLrp | undefined {
  const classes = countedByClass(detections, outcomes).map((rows, k) =>
    outcomes.objects[k] > 0 ? classLrp(detections, outcomes, rows, outcomes.objects[k]) : undefined,
  );
  const present = classes.filter((own) => own !== undefined);
  if (present.length === 0) return undefined;
  const mean = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((value) => value !== undefined);
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : undefined;
  };
  return {
    olrp: mean(present.map(({ olrp }) => olrp))!,
    localisation: mean(present.map(({ localisation }) => localisation)),
    falsePositive: mean(present.map(({ falsePositive }) => falsePositive)),
    falseNegative: mean(present.map(({ falseNegative }) => falseNegative))!,
    classes,
  };
}

function classLrp(
  { score }: DetectedBoxes,
  { outcome, iou, threshold }: BoxOutcomes,
  rows: Int32Array,
  objects: number,
): ClassLrp {
  let best: ClassLrp = { olrp: 1, falseNegative: 1 };
  let [right, wrong, gaps] = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (outcome[row] === RIGHT) {
      right++;
      gaps += 1 - iou[row];
    } else wrong++;
    if (i + 1 < rows.length && score[rows[i + 1]] === score[row]) continue;
    const olrp = (gaps / (1 - threshold) + wrong + objects - right) / (wrong + objects);
    if (right === 0 || (best.threshold !== undefined && olrp >= best.olrp)) continue;
    best = {
      olrp,
      localisation: gaps / right,
      falsePositive: wrong / (right + wrong),
      falseNegative: 1 - right / objects,
      threshold: score[row],
    };
  }
  return best;
}
