import { z } from "zod";
import { corruptionResults } from "./corruption-results.ts";
import { combinations } from "./ensemble.ts";
import { metricNames } from "./metrics.ts";
import { oodScoreResults } from "./ood-score-results.ts";
import { oodScoreNames } from "./ood-scores.ts";
import { conformalResult, scalingResult } from "./posthoc-results.ts";
import { predictionBatchResults } from "./prediction-batch-results.ts";
import { reliabilityBin } from "./reliability-bin.ts";
import { headingFields } from "./results-heading.ts";
import { sensitivityResults } from "./sensitivity-results.ts";
import { storedVariant, weightKinds } from "./stored-set.ts";

const numbers = z.array(z.number());

/** How well a score tells the wrong answers on a labelled set from the right ones. */
const failure = z.object({
  score: z.enum(oodScoreNames),
  /** Absent where all answers are right, or none is. */
  auroc: z.number().optional(),
  /** Wrong answers accepted where 95 % of the right ones are. */
  fpr95: z.number().optional(),
  aurc: z.number(),
  eAurc: z.number(),
  augrc: z.number(),
});

const labelledSet = z.object({
  set: z.string(),
  role: z.enum(["test", "shift"]),
  images: z.number().int(),
  protocol: z.string().optional(),
  references: z.number().int().optional(),
  /** Whether the logits are means over each image and its mirror image. */
  mirrored: z.boolean().optional(),
  /** By metric name; a file written before a metric existed lacks it. */
  metrics: z.partialRecord(z.enum(metricNames), z.number()),
  /** 95 % bootstrap intervals over the choice of the images, of the metrics that have them. */
  intervals: z.partialRecord(z.enum(metricNames), z.tuple([z.number(), z.number()])).optional(),
  /** 15 equal-width bins of confidence. */
  reliability: z.array(reliabilityBin),
  /** Without bins, at even places of [0, 1], with a 95 % band. */
  smoothReliability: z
    .object({
      confidence: numbers,
      accuracy: numbers,
      lower: numbers,
      upper: numbers,
      density: numbers,
    })
    .optional(),
  riskCoverage: z.object({ coverage: numbers, risk: numbers }).optional(),
  failures: z.array(failure).optional(),
});

const oodResult = z.object({
  /** The foreign image set. */
  set: z.string(),
  /** The in-distribution set that it is told apart from. */
  against: z.string(),
  score: z.enum(oodScoreNames),
  /** 1: told apart perfectly, 0.5: not at all. */
  auroc: z.number(),
  /** Average precision with the known, and with the foreign images as the positives. */
  auprIn: z.number().optional(),
  auprOut: z.number().optional(),
  /** The same by trapezoid, as OpenOOD has it. */
  auprInTrapezoid: z.number().optional(),
  auprOutTrapezoid: z.number().optional(),
  /**
   * Foreign images accepted where 95 % of the known ones are (OpenOOD 1.0, most papers); known ones rejected where 95 % of
   * the foreign are found (OpenOOD 1.5).
   */
  fpr95In: z.number().optional(),
  fpr95Out: z.number().optional(),
  roc: z.object({ falsePositiveRate: numbers, truePositiveRate: numbers }).optional(),
  /** Counts in equal bins over [lower, upper] of the score. */
  histogram: z.object({
    lower: z.number(),
    upper: z.number(),
    id: z.array(z.number()),
    ood: z.array(z.number()),
  }),
});

/** The shape of `results.json` of a classification. */
export const resultsSchema = z.object({
  version: z.literal(2),
  task: z.literal("classification"),
  ...headingFields,
  /** Which of its weights predicted, where the run keeps a moving average beside the raw ones. */
  weights: z.enum(weightKinds).optional(),
  /** How it was asked, where not as the plain network that it is. */
  variant: storedVariant.optional(),
  training: z.object({
    epochs: z.number().optional(),
    steps: z.number().optional(),
    /** Of an ensemble the sum over its members; a training that several are drawn of counts once. */
    seconds: z.number().optional(),
    /** Median over the log. */
    imagesPerSecond: z.number().optional(),
  }),
  /** Whether another program predicted: nothing is known of how it was trained. */
  external: z.boolean().optional(),
  /** Of an ensemble: the runs whose answers are combined, as they were named. */
  members: z.array(z.string()).optional(),
  /** Of what the answer of an ensemble is the mean. */
  combination: z.enum(combinations).optional(),
  /** What an image costs, in passes through one network: of an ensemble the sum over its members. */
  passes: z.number().int().optional(),
  /** In the order of the logits, of predictions without a `config.json` beside them. */
  classNames: z.array(z.string()).optional(),
  sets: z.array(labelledSet),
  ood: z.array(oodResult),
  /** Where scores were asked for by name. */
  oodScores: oodScoreResults.optional(),
  /** Fitted on validation images. */
  scalings: z.array(scalingResult).optional(),
  conformal: z.array(conformalResult).optional(),
  corruptions: corruptionResults.optional(),
  sensitivity: sensitivityResults.optional(),
  predictionBatch: predictionBatchResults.optional(),
});

export type Results = z.infer<typeof resultsSchema>;
export type LabelledSetResults = z.infer<typeof labelledSet>;
export type OodResults = z.infer<typeof oodResult>;
