import { z } from "zod";
import type { StoredPredictions } from "../core/index.ts";
import { knownName } from "../core/internal.ts";
import {
  type ConformalChoice,
  type ConformalSettings,
  calibrateSets,
  conformalMethodNames,
  measureSets,
} from "./conformal/index.ts";
import { judge } from "./judged.ts";
import { measure, metricNames } from "./metrics.ts";
import { applyScaling, fitScaling, type Scaling, scalingKinds } from "./scaling.ts";
import { applyVennAbers, fitVennAbers, type VennAbers } from "./venn-abers/index.ts";

/** One calibration on one set, in `results.json`; `none` is the model as it is, for comparison. */
export const scalingResult = z.object({
  kind: z.enum(["none", ...scalingKinds, "venn-abers"]),
  set: z.string(),
  temperature: z.number().optional(),
  /** Of `venn-abers`: mean width of the probability interval of the class that is answered. */
  intervalWidth: z.number().optional(),
  metrics: z.partialRecord(z.enum(metricNames), z.number()),
});

/** Prediction sets of one method on one image set. */
export const conformalResult = z.object({
  method: z.enum(conformalMethodNames),
  set: z.string(),
  /** Of a method that has some. */
  parameters: z.record(z.string(), z.number()).optional(),
  /** Promised share of misses. */
  alpha: z.number(),
  /** Whether each class has a threshold of its own. */
  conditional: z.literal("class").optional(),
  /**
   * Left out of conditional sets, which have one for each class, and where the validation set is too small for α: every class
   * is in every set.
   */
  threshold: z.number().optional(),
  /** Of conditional sets: classes with too few validation images for α, which are in every set. */
  alwaysInSet: z.number().int().optional(),
  coverage: z.number(),
  worstClassCoverage: z.number(),
  /** 1 − α less that, and the mean over classes of how far their coverage is from 1 − α. */
  worstClassGap: z.number().optional(),
  meanClassGap: z.number().optional(),
  meanSize: z.number(),
  emptyShare: z.number(),
  singletonShare: z.number(),
});

/** Every method, with one threshold and with one for each class. */
function conformalChoices({ alpha = 0.1, ...parameters }: ConformalSettings): ConformalChoice[] {
  for (const name of Object.keys(parameters)) knownName("conformal method", name, conformalMethodNames);
  return [undefined, "class" as const].flatMap((conditional) =>
    conformalMethodNames.map(
      (method) =>
        ({ method, alpha, parameters: parameters[method], ...(conditional && { conditional }) }) as ConformalChoice,
    ),
  );
}

/** Vector scaling of more classes takes minutes, and few validation images are of each. */
const MOST_CLASSES = 200;

/** Every scaling that the validation set is large enough for, and that takes seconds; the `unbounded` ones, too. */
export function fitScalings(validation: StoredPredictions): Scaling[] {
  const { classes, labels } = validation;
  const pays = {
    temperature: true,
    vector: classes <= MOST_CLASSES,
    matrix: classes <= MOST_CLASSES && classes * (classes + 1) <= labels.length,
  };
  return scalingKinds.filter((kind) => pays[kind]).map((kind) => fitScaling(kind, validation));
}

/** Venn-Abers predictors, where not too many classes stand against each other. */
export const fitIntervals = (validation: StoredPredictions): VennAbers | undefined =>
  validation.classes <= MOST_CLASSES ? fitVennAbers(validation) : undefined;

/** What to know of scalings that were left out, or are not the best of their kind. */
export function scalingNotices(scalings: readonly Scaling[]): string[] {
  const kindsOf = (some: readonly Scaling[]) => some.map(({ kind }) => kind).join(", ");
  const reasons = new Set(scalings.flatMap(({ unbounded }) => unbounded ?? []));
  const notices = [...reasons].map((reason) => {
    const kinds = kindsOf(scalings.filter(({ unbounded }) => unbounded === reason));
    return `no ${kinds} scaling was applied: ${reason}; give more validation images`;
  });
  const stuck = scalings.filter(({ unbounded, converged }) => !unbounded && !converged);
  if (stuck.length > 0)
    notices.push(
      `${kindsOf(stuck)} scaling: the fit did not converge, so a better one may exist; logits less their row's largest may help`,
    );
  return notices;
}

/** Metrics of a labelled set as it is, with each scaling, and of Venn-Abers probabilities. */
export function scalingResults(
  { scalings, vennAbers }: { readonly scalings: readonly Scaling[]; readonly vennAbers: VennAbers | undefined },
  set: StoredPredictions,
  asItIs: z.infer<typeof scalingResult>["metrics"],
): z.infer<typeof scalingResult>[] {
  const metricsOf = (logits: Float64Array) => measure(judge({ ...set, logits }));
  const results: z.infer<typeof scalingResult>[] = [
    { kind: "none", set: set.set, metrics: asItIs },
    ...scalings.map((scaling) => {
      const { kind, temperature } = scaling;
      return { kind, set: set.set, temperature, metrics: metricsOf(applyScaling(scaling, set.logits, set.classes)) };
    }),
  ];
  if (!vennAbers) return results;
  const { probabilities, width } = applyVennAbers(vennAbers, set);
  const intervalWidth = width.reduce((sum, own) => sum + own, 0) / width.length;
  const metrics = metricsOf(probabilities.map(Math.log));
  return [...results, { kind: "venn-abers", set: set.set, intervalWidth, metrics }];
}

/**
 * Prediction sets with thresholds from the validation images, on logits scaled by the temperature: of any labelled set.
 * @throws UserError for an α or a parameter that is out of its range
 */
export function conformalJudge(
  validation: StoredPredictions,
  temperature: Scaling,
  settings: ConformalSettings = {},
): (set: StoredPredictions) => z.infer<typeof conformalResult>[] {
  const scaled = (predictions: StoredPredictions) => ({
    ...predictions,
    logits: applyScaling(temperature, predictions.logits, predictions.classes),
  });
  const calibrations = calibrateSets(scaled(validation), conformalChoices(settings));
  return (set) =>
    measureSets(calibrations, scaled(set)).map(({ threshold, ...result }) => ({
      ...result,
      set: set.set,
      ...(typeof threshold === "number" && Number.isFinite(threshold) && { threshold }),
    }));
}
