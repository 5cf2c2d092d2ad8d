import { type DetectedBoxes, UserError } from "../../core/index.ts";
import { auroc } from "../detection.ts";
import { type Sparsification, sparsification } from "../regression/index.ts";
import { RIGHT, UNCOUNTED, WRONG } from "./matches.ts";
import type { BoxOutcomes } from "./outcomes.ts";

export interface BoxDoubt {
  /** Probability that a wrong detection is doubted more than a right one; absent where all are right, or none. */
  readonly auroc?: number;
  /** Share of wrong ones among those that remain as the most doubted are taken away. */
  readonly sparsification: Sparsification;
  readonly right: number;
  readonly wrong: number;
}

/**
 * How well a doubt tells wrong detections from right ones.
 * @param doubt [M] larger is less sure; the detections' own where they have one, else 1 − score
 * @returns `undefined` where no detection counts
 * @throws UserError for another number of doubts than of detections
 * @example
 * const outcomes = boxOutcomes(objects, detections);
 * console.log(boxDoubt(detections, outcomes)?.auroc); // 0.5 is guessing
 */
export function boxDoubt(
  detections: DetectedBoxes,
  { outcome }: BoxOutcomes,
  doubt: Float64Array = detections.doubt ?? detections.score.map((score) => 1 - score),
): BoxDoubt | undefined {
  if (doubt.length !== outcome.length)
    throw new UserError(`boxDoubt: ${doubt.length} doubts for ${outcome.length} detections; give one each`);
  const counted = doubt.filter((_, row) => outcome[row] !== UNCOUNTED);
  if (counted.length === 0) return undefined;
  const wrong = Array.from(
    outcome.filter((one) => one !== UNCOUNTED),
    (one) => (one === WRONG ? 1 : 0),
  );
  const ofWrong = doubt.filter((_, row) => outcome[row] === WRONG);
  const ofRight = doubt.filter((_, row) => outcome[row] === RIGHT);
  return {
    ...(ofWrong.length > 0 && ofRight.length > 0 && { auroc: auroc(ofRight, ofWrong) }),
    sparsification: sparsification(wrong, counted, "mae"),
    right: ofRight.length,
    wrong: ofWrong.length,
  };
}
