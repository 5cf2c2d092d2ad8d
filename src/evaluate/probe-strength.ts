import { UserError } from "../core/index.ts";
import { accuracy, meanNll } from "./calibration.ts";
import { judge } from "./judged.ts";
import { fitLinearProbe, type LabelledFeatures, type LinearProbe, probeLogits } from "./linear-probe.ts";

/** One strength that was tried, and what its probe did on validation images. */
export interface TriedStrength {
  readonly strength: number;
  readonly validationNll: number;
  /** In [0, 1]. */
  readonly validationAccuracy: number;
}

export interface ChosenProbe {
  readonly probe: LinearProbe;
  /** Strongest first. */
  readonly tried: readonly TriedStrength[];
  /** Whether the best is the last on either side of the grid: a wider one may have a better. */
  readonly atEdge: boolean;
}

/** Two a decade, from probes that say little but the class frequencies to ones that are hardly held back. */
export const probeStrengths: readonly number[] = Array.from({ length: 15 }, (_, i) => 10 ** (1 - i / 2));

/** Of the gradient, while strengths are compared: of the NLL, no digit that images could tell. The best is fitted to the end. */
const COARSE = 1e-5;
const FINE = 1e-6;

/** Weaker ones are not tried once so many in a row have not been better: they cost the most. */
const PATIENCE = 3;

/**
 * The linear probe whose strength is best on validation images, by NLL: their accuracy is too coarse where they are few.
 * Each search starts from the probe of the strength before.
 * @example
 * const { probe, tried } = await chooseProbe(features, otherFeatures, { classes: 10 }); // strength by the second set
 */
export async function chooseProbe(
  train: LabelledFeatures,
  validation: LabelledFeatures,
  options: {
    readonly classes: number;
    /** Falling; default `probeStrengths`. */
    readonly strengths?: readonly number[];
    /** Called before each strength; may throw to stop. */
    readonly onProgress?: (progress: { done: number; total: number }) => void;
  },
): Promise<ChosenProbe> {
  const { classes, strengths = probeStrengths, onProgress } = options;
  const tried: TriedStrength[] = [];
  let best: { probe: LinearProbe; nll: number; place: number } | undefined;
  let last: LinearProbe | undefined;
  for (const [place, strength] of strengths.entries()) {
    onProgress?.({ done: place, total: strengths.length });
    // Lets signals in: a fit keeps the thread for seconds.
    await new Promise((resolve) => setImmediate(resolve));
    const probe: LinearProbe = fitLinearProbe(train, { classes, strength, start: last, tolerance: COARSE });
    const { labels, features } = validation;
    const judged = judge({ set: "validation", logits: probeLogits(probe, features), labels, classes });
    const nll = meanNll(judged);
    tried.push({ strength, validationNll: nll, validationAccuracy: accuracy(judged) });
    if (!best || nll < best.nll) best = { probe, nll, place };
    else if (place - best.place >= PATIENCE) break;
    last = probe;
  }
  if (!best) throw new UserError("chooseProbe: no strengths to choose from");
  const { strength } = best.probe;
  const probe = fitLinearProbe(train, { classes, strength, start: best.probe, tolerance: FINE });
  return { probe, tried, atEdge: best.place === 0 || best.place === strengths.length - 1 };
}
