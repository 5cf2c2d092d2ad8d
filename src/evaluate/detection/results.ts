import { z } from "zod";
import { reliabilityBin } from "../reliability-bin.ts";
import { headingFields } from "../results-heading.ts";
import { cocoFigureNames } from "./coco-figures.ts";
import { boxCorruptions } from "./corruptions.ts";

const numbers = z.array(z.number());
const figures = z.partialRecord(z.enum(cocoFigureNames), z.number());
const voc = z.object({ elevenPoint: z.number(), allPoint: z.number() });
const lrp = z.object({
  olrp: z.number(),
  localisation: z.number().optional(),
  falsePositive: z.number().optional(),
  falseNegative: z.number(),
});
const doubt = z.object({
  /** Whose order is judged: the detections' own uncertainty, or 1 − score. */
  of: z.enum(["score", "uncertainty"]),
  right: z.number().int(),
  wrong: z.number().int(),
  /** Of telling wrong detections from right ones; absent where all are right, or none. */
  auroc: z.number().optional(),
  /** Mean over the shares taken away of the share of wrong ones above the best order's. */
  ause: z.number(),
  /** Share of wrong ones that remains as the most doubted, and (oracle) the wrong ones, are taken away. */
  sparsification: z.object({ removed: numbers, error: numbers, oracle: numbers }),
});

const classResults = z.object({
  name: z.string(),
  /** Without crowds. */
  objects: z.number().int(),
  detections: z.number().int(),
  figures,
  voc: voc.optional(),
  /** `threshold`: the score at which its LRP is smallest. */
  lrp: lrp.extend({ threshold: z.number().optional() }).optional(),
});

/** What is measured of boxes. */
export const boxMeasures = {
  images: z.number().int(),
  /** Without crowds. */
  objects: z.number().int(),
  crowds: z.number().int(),
  detections: z.number().int(),
  /** COCO's twelve; those that no object counts for are absent. */
  figures,
  /** 95 % over the choice of the images; none where they were not asked for. */
  intervals: z.partialRecord(z.enum(cocoFigureNames), z.tuple([z.number(), z.number()])).optional(),
  resamples: z.number().int(),
  /** At IoU 0.5. */
  voc: voc.optional(),
  /** At IoU 0.5; means over classes. */
  lrp: lrp.optional(),
  /** Absent where scores are not from 0 to 1. */
  calibration: z
    .object({
      /** Detections of a lower score were left out. */
      minScore: z.number(),
      detections: z.number().int(),
      /** At IoU 0.5, over 25 bins. */
      dEce: z.number(),
      /** At IoU 0. */
      laEce: z.number(),
      bins: z.array(reliabilityBin),
    })
    .optional(),
  doubt: z.array(doubt),
  /** Mean over the classes of the precision at the recalls 0, 0.01, …, 1, at each of COCO's IoU thresholds. */
  curves: z.array(z.object({ threshold: z.number(), precision: numbers })),
  confusion: z.object({
    /** One for all, or each class's own of its smallest LRP. */
    minScore: z.union([z.number(), z.literal("lrp")]),
    /** The classes, then `background`. */
    names: z.array(z.string()),
    /** Row-major: rows are what is there, columns what was detected. */
    counts: numbers,
  }),
  classes: z.array(classResults),
};

/** The shape of `results.json` of detections. */
export const detectionResultsSchema = z.object({
  version: z.literal(2),
  task: z.literal("detection"),
  ...headingFields,
  /** Whether another program detected: nothing is known of how it was trained. */
  external: z.boolean().optional(),
  /** Name of the test set, of a run of ours. */
  set: z.string().optional(),
  training: z
    .object({
      epochs: z.number().optional(),
      steps: z.number().optional(),
      seconds: z.number().optional(),
      /** Median over the log. */
      imagesPerSecond: z.number().optional(),
    })
    .optional(),
  ...boxMeasures,
  /** Where it was judged under corruption. */
  corruptions: boxCorruptions.optional(),
  /** Of a run of ours: what is measured on the sets under shift. */
  shifts: z.array(z.object({ set: z.string(), ...boxMeasures })).optional(),
});

/** A set that a detector has predicted, with what is there beside it. */
export const storedDetectionSet = z.object({
  set: z.string(),
  role: z.enum(["test", "shift"]),
  /** The beginning of its file names. */
  slug: z.string().regex(/^[\w.-]+$/),
  images: z.number().int(),
  /** References behind each answer; absent for methods without. */
  k: z.number().int().optional(),
  checkpointSha256: z.string(),
  /** Of the images and their boxes. */
  inputKey: z.string(),
});
export type StoredDetectionSet = z.infer<typeof storedDetectionSet>;

export type DetectionResults = z.infer<typeof detectionResultsSchema>;
export type ClassDetectionResults = z.infer<typeof classResults>;
export type BoxDoubtResults = z.infer<typeof doubt>;
