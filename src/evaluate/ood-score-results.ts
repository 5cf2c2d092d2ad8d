import { z } from "zod";

/** How far foreign images are from what a network was trained for, as whoever made the sets says. */
export const foreignGroups = ["near", "far"] as const;
export type ForeignGroup = (typeof foreignGroups)[number];

const share = z.number();

/** How well a score tells one foreign set from the test set. */
const cell = z.object({
  set: z.string(),
  auroc: share,
  /** 95 %, over the choice of the images. */
  interval: z.tuple([share, share]).optional(),
  /** Average precision with the known, and with the foreign images as the positives. */
  auprIn: share,
  auprOut: share,
  /** By trapezoid, OpenOOD's AUPR: with the known, and with the foreign images as the positives. */
  auprInTrapezoid: share.optional(),
  auprOutTrapezoid: share.optional(),
  /** Share of foreign images accepted where 95 % of the known ones are: ODIN's, and OpenOOD 1.0's. */
  fpr95In: share,
  /** Share of known images rejected where 95 % of the foreign ones are found: OpenOOD 1.5's. */
  fpr95Out: share,
  /** AUROC where shifted images of known classes stand on the known side, too; absent where there are none. */
  fullSpectrum: share.optional(),
});

/** Plain means over sets: of unequal sizes, too. */
const means = cell.omit({ set: true, interval: true });

const scoreRow = z.object({
  score: z.string(),
  title: z.string(),
  short: z.string(),
  /** Whether it sees the prediction, the distance of features to the training's, or both. */
  kind: z.enum(["prediction", "distance", "both"]),
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** Where they come from: `published default`, or `chosen on SET`. */
  parametersFrom: z.string().optional(),
  /** Why the score, or a part of its row, is missing. */
  absent: z.array(z.string()).optional(),
  cells: z.array(cell),
  /** Over the near and over the far sets; there is no mean over all. */
  means: z.partialRecord(z.enum(foreignGroups), means).optional(),
  /** Share of images of known classes that are rejected by the threshold that keeps 95 % of `thresholdFrom`. */
  rejected: z.array(z.object({ set: z.string(), share })),
  /** The same of corrupted test images: the mean over kinds of corruption at each severity; absent where none was judged. */
  rejectedCorrupted: z.array(z.object({ severity: z.number().int(), kinds: z.number().int(), share })).optional(),
});

/** Share of a set's images that a verdict calls foreign. */
const calledForeign = z.object({
  set: z.string(),
  role: z.enum(["validation", "test", "shift", "corrupted-sample", "ood"]),
  group: z.enum(foreignGroups).optional(),
  images: z.number().int(),
  share,
});

/** The verdict that export, predict, serve and the page give, by its own score and threshold. */
const verdictResults = z.object({
  score: z.string(),
  /** Share of the validation images that the threshold keeps. */
  keeps: share,
  /** Why there is no verdict. */
  absent: z.string().optional(),
  /** Of z-scores on the validation images; smaller is foreign. */
  threshold: z.number().optional(),
  /** What is known before what is foreign. */
  sets: z.array(calledForeign),
});

/** Known images told from foreign ones by each score: rows of scores, columns of sets. */
export const oodScoreResults = z.object({
  /** The test set. */
  against: z.string(),
  /** Training images that scores were fitted on, of how many; whether by their labels, or by what was predicted. */
  bank: z.object({ images: z.number(), of: z.number(), labels: z.enum(["given", "predicted"]) }).optional(),
  /** The set of known images by which thresholds were chosen. */
  thresholdFrom: z.string(),
  sets: z.array(z.object({ set: z.string(), images: z.number(), group: z.enum(foreignGroups).optional() })),
  /** Corrupted sets that are among what must stay known, and the images of each. */
  corrupted: z.object({ sets: z.number().int(), images: z.number().int() }).optional(),
  /** Scores that were named before any was seen: one of each kind. */
  headline: z.array(z.string()),
  scores: z.array(scoreRow),
  verdict: verdictResults.optional(),
  checkpointSha256: z.string().optional(),
});

export type OodScoreResults = z.infer<typeof oodScoreResults>;
export type OodScoreRow = z.infer<typeof scoreRow>;
export type VerdictResults = z.infer<typeof verdictResults>;
export type CalledForeign = z.infer<typeof calledForeign>;
export type OodScoreCell = z.infer<typeof cell>;
