import { z } from "zod";
import { headingFields } from "../results-heading.ts";
import { bootstrappedRegressionMetrics } from "./bootstrap.ts";
import { regressionMetricNames } from "./metrics.ts";
import { riskRegimes } from "./pager-regimes.ts";

const numbers = z.array(z.number());
/** JSON has no infinity, and some numbers do not exist: both are null. */
const perTarget = z.object({ byTarget: z.array(z.number().nullable()), mean: z.number().nullable() });
const interval = z.tuple([z.number(), z.number()]).nullable();

/**
 * How intervals of a regression can be calibrated: the mean by one width, the mean by multiples of the standard deviation,
 * or a pair of trained quantiles (conformalized quantile regression).
 * @example
 * console.log(intervalMethods);
 */
export const intervalMethods = ["absolute", "normalised", "cqr"] as const;
const conformal = z.object({
  /**
   * `absolute`: mean ± a margin; `normalised`: mean ± a multiple of σ; `cqr`: predicted quantiles, moved by a margin.
   */
  method: z.enum(intervalMethods),
  /** Promised share of misses. */
  alpha: z.number(),
  /** The trained quantiles that `cqr` moves. */
  levels: z.tuple([z.number(), z.number()]).optional(),
  /** [D] null: infinite, for there are too few calibration examples. */
  margins: z.array(z.number().nullable()),
  /** Share of the set's targets inside. */
  coverage: perTarget,
  /** In target units; null: infinite. */
  meanWidth: perTarget,
});

const regimes = z.object({
  /** Whose 25th and 75th percentiles divide the regimes: the set's own, as in the paper, or the validation examples'. */
  cuts: z.enum(["own", "validation"]),
  counts: z.record(z.enum(riskRegimes), z.number().int()),
  /** Mean L1 error in each; null for an empty one. */
  meanLoss: z.record(z.enum(riskRegimes), z.number().nullable()),
  falseNegatives: z.number().nullable(),
  falsePositives: z.number().nullable(),
  confusionLow: z.number().nullable(),
  confusionHigh: z.number().nullable(),
});

const setResults = z.object({
  set: z.string(),
  role: z.enum(["test", "shift"]),
  examples: z.number().int(),
  /** References, members or draws behind each answer. */
  k: z.number().int().optional(),
  metrics: z.partialRecord(z.enum(regressionMetricNames), perTarget),
  /** 95 % bootstrap intervals over the choice of the examples, of the measures that have them. */
  intervals: z.partialRecord(
    z.enum(bootstrappedRegressionMetrics),
    z.object({ byTarget: z.array(interval), mean: interval }),
  ),
  /** [D] RMSE of what remains as the least certain, and (oracle) the worst, are taken away. */
  sparsification: z.array(z.object({ removed: numbers, error: numbers, oracle: numbers })).optional(),
  /** [D] shares of the targets inside central intervals that promise `level`. */
  calibration: z.array(z.object({ level: numbers, coverage: numbers })).optional(),
  /** Calibrated on validation examples. */
  conformal: z.array(conformal),
  /** PAGER's risk regimes by σ and Score1. */
  regimes: z.array(regimes).optional(),
  /** [D] some of the examples, the same of all runs. */
  points: z.array(z.object({ target: numbers, mean: numbers, standardDeviation: numbers.optional() })),
});

/** The shape of `results.json` of a regression. */
export const regressionResultsSchema = z.object({
  version: z.literal(2),
  task: z.literal("regression"),
  ...headingFields,
  /** What was minimised: `squared`, `l1`, `gaussian`, … */
  loss: z.string().optional(),
  /** Runs whose answers are combined, of an ensemble. */
  members: z.array(z.string()).optional(),
  /** What is predicted, with the standard deviation of the training examples: what an RMSE is to be held against. */
  targets: z.array(z.object({ name: z.string(), standardDeviation: z.number() })).min(1),
  training: z.object({
    epochs: z.number().optional(),
    steps: z.number().optional(),
    /** Of an ensemble the sum over its members. */
    seconds: z.number().optional(),
    /** Median over the log. */
    examplesPerSecond: z.number().optional(),
  }),
  sets: z.array(setResults).min(1),
});

export type RegressionResults = z.infer<typeof regressionResultsSchema>;
export type RegressionSetResults = z.infer<typeof setResults>;
export type ConformalRegression = z.infer<typeof conformal>;
export type RegimeResults = z.infer<typeof regimes>;
export type StoredPerTarget = z.infer<typeof perTarget>;
