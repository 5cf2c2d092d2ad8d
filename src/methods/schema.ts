import { z } from "zod";
import { optionMeta as option } from "../core/internal.ts";
import { ANCHOR_AT, type AnchorAt } from "./anchor-at.ts";
import { maskStatisticsOf } from "./masking.ts";
import { maskingFields } from "./masking-fields.ts";
import { parseReferencePolicy } from "./references.ts";

const count = z.int().min(1);
const share = z.number().min(0).max(1);

export const referenceSources = ["new", "pretraining", "both"] as const;

const standard = z.strictObject({ name: z.literal("standard") });

const warmStartEpochs = z
  .number()
  .min(0)
  .default(0)
  .meta(
    option({
      flag: "--warm-start-epochs",
      value: "<n>",
      help: "oat, mse-onehot, mse-scaled: of cross-entropy, before",
      example: 1,
    }),
  );

const oat = z.strictObject({
  name: z.literal("oat"),
  // The formula overflows at usual learning rates (docs/results.md, OAT against its controls).
  anchor: z
    .enum(["formula", "code"])
    .default("code")
    .meta(
      option({
        flag: "--output-anchor",
        value: "<kind>",
        help: "oat: code (of the mean softmax; as released) | formula (softmax of the mean output; needs rates ten times lower)",
      }),
    ),
  detachAnchor: z
    .boolean()
    .default(false)
    .meta(option({ flag: "--detach-anchor", help: "oat: no gradient through the anchor", sets: true })),
  warmStartEpochs,
});
const mseOneHot = z.strictObject({ name: z.literal("mse-onehot"), warmStartEpochs });
const mseScaled = z.strictObject({ name: z.literal("mse-scaled"), warmStartEpochs });
const crossEntropy = z.strictObject({ name: z.literal("cross-entropy") });

const mimo = z.strictObject({
  name: z.literal("mimo"),
  members: z
    .int()
    .min(2)
    .default(3)
    .meta(
      option({
        flag: "--members",
        value: "<n>",
        help: "mimo: images that the network sees at once, and its answers",
        example: 3,
      }),
    ),
  batchRepetitions: count.default(4).meta(
    option({
      flag: "--batch-repetitions",
      value: "<n>",
      help: "mimo: rows of a batch that are one image; they divide the batch",
      example: 4,
    }),
  ),
  inputRepetitionProbability: share.default(0).meta(
    option({
      flag: "--input-repetition-probability",
      value: "<share>",
      help: "mimo: of the rows of a batch in which all members see the same image",
      example: 0.6,
    }),
  ),
});

const referencePolicy = z.string().superRefine((text, context) => {
  try {
    parseReferencePolicy(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message.replace(/^--references [^:]*(:\d+)?: /, "") });
  }
});

/** Where references come from, and how many there are. */
const referenceFields = {
  /** `all` where absent; `batch` where tuples are of hidden values. */
  references: referencePolicy.optional().meta(
    option({
      flag: "--references",
      value: "<policy>",
      help: "the reference set: all | N | classes:K | stratified:N; batch: the images of each step, in another order (all; of hidden values batch)",
      example: "stratified:500",
    }),
  ),
  /** Whose training images they are: this run's, those of the run that `init` names, or half of each. */
  referenceSource: z
    .enum(referenceSources)
    .default("new")
    .meta(
      option({
        flag: "--references-from",
        value: "<source>",
        help: `${referenceSources.join(" | ")}: whose training images the reference set is; pretraining is the run --init`,
      }),
    ),
  /** The whole set from the start where absent. */
  referenceStart: count.optional().meta(
    option({
      flag: "--reference-start",
      value: "<n>",
      help: "references at the start, of a set that grows (all)",
      example: 8,
    }),
  ),
  referenceGrowth: share.default(0.5).meta(
    option({
      flag: "--reference-growth",
      value: "<share>",
      help: "of the training in which it grows to all of --references",
      example: 0.5,
    }),
  ),
  referencesPerImage: count.default(1).meta(
    option({
      flag: "--references-per-image",
      value: "<n>",
      help: "rows of a batch that are one image, each under a reference of its own",
      example: 2,
    }),
  ),
  /** Batches; 0: never. */
  corruptReferencesEvery: z
    .int()
    .min(0)
    .default(0)
    .meta(
      option({
        flag: "--corrupt-references-every",
        value: "<n>",
        help: "batches: in every n-th the reference that is shown is augmented, the residual is to the clean one; 0: never",
        example: 5,
      }),
    ),
  /** `input` where absent. */
  anchorAt: z
    .custom<AnchorAt>(
      (text) => typeof text === "string" && ANCHOR_AT.test(text),
      "input, stem, stage:1, stage:2, … or features",
    )
    .optional()
    .meta(
      option({
        flag: "--anchor-at",
        value: "<point>",
        help: "where tuples arise: input (images) | stem | stage:K | features; hidden values cost one pass for all references (input)",
        example: "features",
      }),
    ),
  tiedStart: z
    .boolean()
    .default(false)
    .meta(
      option({
        flag: "--tied-start",
        help: "fresh weights that start as a standard network's, blind to references",
        sets: true,
      }),
    ),
  referenceCount: count.default(10).meta(
    option({
      flag: "--reference-count",
      value: "<n>",
      help: "references that the trained model keeps for predicting",
      example: 10,
    }),
  ),
};

const anchoredFields = z.strictObject({
  name: z.literal("anchored"),
  ...maskingFields,
  ...referenceFields,
  output: z.discriminatedUnion("name", [crossEntropy, oat, mseOneHot, mseScaled]).optional(),
});

// Written into every new config: a run without it was trained before the choice was there.
const anchored = anchoredFields.transform(({ anchorAt = "input", ...method }) => ({
  ...method,
  references: method.references ?? (anchorAt === "input" ? "all" : "batch"),
  maskStatistics: maskStatisticsOf(method),
  ...(anchorAt !== "input" && { anchorAt }),
}));

/** `method` of a run's config. */
export const methodSchema = z.discriminatedUnion("name", [standard, anchored, oat, mseOneHot, mseScaled, mimo]);

/**
 * The options of each method, by its name.
 * @example
 * methodOptionSchemas.anchored.shape.maskProbability.parse(0.25); // throws where the value is out of range
 */
export const methodOptionSchemas = {
  standard,
  anchored: anchoredFields,
  oat,
  "mse-onehot": mseOneHot,
  "mse-scaled": mseScaled,
  mimo,
};
