import { type DetectedBoxes, type ObjectBoxes, UserError } from "../../core/index.ts";
import { counted } from "../../core/internal.ts";
import type { BootstrapOptions } from "../bootstrap.ts";
import { rounded } from "../rounded.ts";
import { detectionEce, localisationAwareEce } from "./box-calibration.ts";
import { boxConfusion } from "./box-confusion.ts";
import { boxDoubt } from "./box-doubt.ts";
import {
  type CocoMatches,
  cocoFigures,
  cocoFiguresByClass,
  cocoIntervals,
  cocoMatches,
  cocoPrecision,
} from "./coco-ap.ts";
import { COCO_MOST, cocoRecalls, cocoThresholds } from "./coco-figures.ts";
import { groupByClass } from "./group.ts";
import { optimalLrp } from "./lrp.ts";
import { type BoxOutcomes, boxOutcomes } from "./outcomes.ts";
import type { BoxDoubtResults, DetectionResults } from "./results.ts";
import { vocAp } from "./voc-ap.ts";

export interface JudgeBoxesOptions extends BootstrapOptions {
  /** Draws of the intervals; 0 for none. Default 300. */
  readonly resamples?: number;
  /**
   * Detections of a lower score are left out of calibration and confusion. Default: calibration leaves out none, confusion
   * those below each class's operating threshold, of its smallest LRP on these images.
   */
  readonly minScore?: number;
}

/** What is measured of boxes, as results hold it. */
export type JudgedBoxes = Pick<
  DetectionResults,
  | ("images" | "objects" | "crowds" | "detections" | "figures" | "intervals" | "resamples" | "voc" | "lrp")
  | ("calibration" | "doubt" | "curves" | "confusion" | "classes" | "notices")
>;

const IOU = 0.5;

/**
 * Everything that is measured of detections: COCO's figures with intervals over the images, Pascal VOC's AP, LRP,
 * calibration, doubt, precision-recall curves, confusion, and each class.
 * @throws UserError for columns that do not fit together, or a score threshold that is no number
 * @example
 * const { figures, intervals, lrp, classes } = judgeBoxes(objects, detections, { resamples: 100 });
 */
export function judgeBoxes(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  { resamples = 300, seed = 0, minScore }: JudgeBoxesOptions = {},
): JudgedBoxes {
  if (minScore !== undefined && !Number.isFinite(minScore))
    throw new UserError(`options.minScore ${minScore}: a finite number is needed`);
  const matches = cocoMatches(objects, detections);
  const outcomes = boxOutcomes(objects, detections, { threshold: IOU });
  const voc = vocAp(objects, detections);
  const lrp = optimalLrp(detections, outcomes);
  const areShares = detections.score.every((score) => score >= 0 && score <= 1);
  const notices = [
    ...(areShares ? [] : ["Scores are not all from 0 to 1: calibration is left out."]),
    ...beyondMost(detections),
  ];
  const byClass = cocoFiguresByClass(matches);
  const crowds = objects.crowd?.reduce((sum, one) => sum + one, 0) ?? 0;
  const { classes: _, ...meanLrp } = lrp ?? { classes: [] };
  const operating = lrp?.classes.map((own) => own?.threshold) ?? objects.names.map(() => undefined);
  const confusion = boxConfusion(objects, detections, { threshold: IOU, minScore: minScore ?? operating });
  return {
    images: matches.images,
    objects: objects.index.length - crowds,
    crowds,
    detections: detections.index.length,
    figures: cocoFigures(matches),
    ...(resamples > 0 && { intervals: intervalsOf(matches, { resamples, seed }) }),
    resamples,
    ...(voc && { voc: { elevenPoint: voc.elevenPoint, allPoint: voc.allPoint } }),
    ...(lrp && { lrp: meanLrp as typeof lrp }),
    ...(areShares && { calibration: calibrationOf(objects, detections, outcomes, minScore) }),
    doubt: doubtsOf(detections, outcomes),
    curves: meanCurves(matches),
    confusion: { minScore: minScore ?? "lrp", names: [...confusion.names], counts: Array.from(confusion.counts) },
    classes: objects.names.map((name, k) => ({
      name,
      objects: outcomes.objects[k],
      detections: detections.index.reduce((sum, own) => sum + (own === k ? 1 : 0), 0),
      figures: byClass[k],
      ...(voc?.classes[k] && { voc: voc.classes[k] }),
      ...(lrp?.classes[k] && { lrp: lrp.classes[k] }),
    })),
    ...(notices.length > 0 && { notices }),
  };
}

const intervalsOf = (matches: CocoMatches, options: BootstrapOptions): DetectionResults["intervals"] =>
  Object.fromEntries(Object.entries(cocoIntervals(matches, options)).map(([name, [low, high]]) => [name, [low, high]]));

/** What COCO's figures do not look at, in a sentence. */
function beyondMost(detections: DetectedBoxes): string[] {
  const { rows, images } = groupByClass(detections);
  let beyond = 0;
  for (let at = 0, rank = 0; at < rows.length; at++) {
    const same =
      at > 0 && images[at] === images[at - 1] && detections.index[rows[at]] === detections.index[rows[at - 1]];
    rank = same ? rank + 1 : 0;
    if (rank >= COCO_MOST) beyond++;
  }
  if (beyond === 0) return [];
  return [
    `${counted(beyond, "detection")} beyond the ${COCO_MOST} surest of their class on an image: COCO's protocol does not look at them.`,
  ];
}

function calibrationOf(
  objects: ObjectBoxes,
  detections: DetectedBoxes,
  outcomes: BoxOutcomes,
  minScore = 0,
): DetectionResults["calibration"] {
  const dEce = detectionEce(detections, outcomes, { minScore });
  const laEce = localisationAwareEce(detections, boxOutcomes(objects, detections, { threshold: 0 }), { minScore });
  if (!dEce || laEce === undefined) return undefined;
  return { minScore, detections: dEce.detections, dEce: dEce.error, laEce, bins: [...dEce.bins] };
}

/** By the score, and by the detections' own doubt where they have one. */
function doubtsOf(detections: DetectedBoxes, outcomes: BoxOutcomes): BoxDoubtResults[] {
  const kinds = [
    { of: "score" as const, values: detections.score.map((score) => 1 - score) },
    ...(detections.doubt ? [{ of: "uncertainty" as const, values: detections.doubt }] : []),
  ];
  return kinds.flatMap(({ of, values }) => {
    const judged = boxDoubt(detections, outcomes, values);
    if (!judged) return [];
    const { right, wrong, auroc, sparsification } = judged;
    const { removed, error, oracle, ause } = sparsification;
    const shown =
      removed.length > 200
        ? Array.from({ length: 100 }, (_, i) => Math.floor((i * removed.length) / 100))
        : [...removed.keys()];
    const pick = (values: Float64Array) => shown.map((at) => values[at]);
    return [
      {
        of,
        right,
        wrong,
        ...(auroc !== undefined && { auroc }),
        ause,
        sparsification: rounded({ removed: pick(removed), error: pick(error), oracle: pick(oracle) }),
      },
    ];
  });
}

/** Means over the classes that have objects. */
function meanCurves(matches: CocoMatches): DetectionResults["curves"] {
  const known = cocoPrecision(matches).filter((curves) => curves !== undefined);
  if (known.length === 0) return [];
  return cocoThresholds.map((threshold, t) => ({
    threshold: Number(threshold.toFixed(2)),
    ...rounded({
      precision: cocoRecalls.map((_, r) => known.reduce((sum, curves) => sum + curves[t][r], 0) / known.length),
    }),
  }));
}
