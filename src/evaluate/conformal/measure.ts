import type { StoredPredictions } from "../../core/index.ts";
import { countWhere } from "../count-where.ts";
import { checkLabelled, type SetCalibration, thresholdsOf } from "./calibrate.ts";
import { eachRankedRow, type RankedRow } from "./ranked-row.ts";
import type { ConformalMethodName } from "./table.ts";

export interface ConformalResult {
  readonly method: ConformalMethodName;
  /** Absent of a method without any. */
  readonly parameters?: Readonly<Record<string, number>>;
  readonly alpha: number;
  readonly conditional?: "class";
  /**
   * Classes whose score is at most this are in the set; of conditional sets one for each class. +∞ where there are too few
   * validation images for α.
   */
  readonly threshold: number | Float64Array;
  /** Of conditional sets: classes with too few validation images for α, which are in every set. */
  readonly alwaysInSet?: number;
  /** Share of sets that hold the label. */
  readonly coverage: number;
  /** The lowest coverage of a class's images. */
  readonly worstClassCoverage: number;
  /** How far that is below 1 − α; negative where every class is covered more often than promised. */
  readonly worstClassGap: number;
  /** Mean over classes of how far their coverage is from 1 − α, either way (CovGap of Ding et al. 2023). */
  readonly meanClassGap: number;
  /** Mean number of classes in a set. */
  readonly meanSize: number;
  readonly emptyShare: number;
  readonly singletonShare: number;
}

/** How many classes are in an image's set, and whether its label is. */
interface MeasuredSet {
  readonly size: number;
  readonly isHit: boolean;
}

/**
 * The sets of one pass over the images by each of some calibrations, which share their random numbers.
 * @throws UserError for images without labels, or of other classes.
 */
export function measureSets(calibrations: readonly SetCalibration[], test: StoredPredictions): ConformalResult[] {
  checkLabelled(test);
  const { labels, classes } = test;
  const tallies = calibrations.map(() => new Tally(classes));
  eachRankedRow(test, calibrations[0]?.randomness ?? {}, (row, ranked) => {
    const label = labels[row];
    const place = ranked.placeOf(label);
    for (const [i, calibration] of calibrations.entries())
      tallies[i].add(label, setOf(calibration, ranked, { label, place }));
  });
  return calibrations.map((calibration, i) => {
    const { method, alpha, conditional } = calibration.choice;
    const { parameters } = calibration;
    const thresholds = thresholdsOf(calibration);
    return {
      method,
      ...(Object.keys(parameters).length > 0 && { parameters }),
      alpha,
      ...(conditional && {
        conditional,
        alwaysInSet: thresholds.filter((threshold) => threshold === Number.POSITIVE_INFINITY).length,
      }),
      threshold: conditional ? thresholds : thresholds[0],
      ...tallies[i].shares(alpha),
    };
  });
}

function setOf(
  { rule, parameters, choice, keys }: SetCalibration,
  ranked: RankedRow,
  { label, place }: { readonly label: number; readonly place: number },
): MeasuredSet {
  const classes = ranked.nll.length;
  const own = rule.key(ranked, place, parameters);
  const within = (key: number) => countWhere(classes, (at) => rule.key(ranked, at, parameters) <= key);
  if (choice.conditional === undefined) return { size: within(keys[0]), isHit: own <= keys[0] };
  let size = 0;
  // Of the classes that the most generous threshold lets in, each by its own.
  ranked.eachOfFirst(within(keys.reduce((a, b) => Math.max(a, b))), (k, at) => {
    if (rule.key(ranked, at, parameters) <= keys[k]) size++;
  });
  return { size, isHit: own <= keys[label] };
}

class Tally {
  readonly #images: Int32Array;
  readonly #covered: Int32Array;
  #members = 0;
  #empty = 0;
  #singletons = 0;

  constructor(classes: number) {
    this.#images = new Int32Array(classes);
    this.#covered = new Int32Array(classes);
  }

  add(label: number, { size, isHit }: MeasuredSet): void {
    this.#images[label]++;
    if (isHit) this.#covered[label]++;
    this.#members += size;
    if (size === 0) this.#empty++;
    if (size === 1) this.#singletons++;
  }

  shares(alpha: number) {
    const sum = (counts: Int32Array) => counts.reduce((a, b) => a + b, 0);
    const images = sum(this.#images);
    const coverages = [...this.#covered].flatMap((covered, k) =>
      this.#images[k] > 0 ? [covered / this.#images[k]] : [],
    );
    const worstClassCoverage = Math.min(...coverages);
    return {
      coverage: sum(this.#covered) / images,
      worstClassCoverage,
      worstClassGap: 1 - alpha - worstClassCoverage,
      meanClassGap: coverages.reduce((total, one) => total + Math.abs(one - (1 - alpha)), 0) / coverages.length,
      meanSize: this.#members / images,
      emptyShare: this.#empty / images,
      singletonShare: this.#singletons / images,
    };
  }
}
