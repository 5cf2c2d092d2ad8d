import { z } from "zod";
import { optionMeta } from "../../core/internal.ts";
import type { ConfigOption } from "../../run/index.ts";
import { schemaOptions } from "../../run/internal.ts";
import { scoreNames } from "./names.ts";

const names = z.array(z.string().min(1)).min(1);

/** Which scores tell known from foreign images, and what they are chosen by: of runs and of other programs' files. */
const oodScoreFields = {
  oodScores: names.optional().meta(
    optionMeta({
      flag: "--ood-scores",
      help: `scores by which foreign images are told from known ones, most of them of features: default, all, or of ${scoreNames.join(", ")} (default: none of features)`,
      example: ["knn", "gen"],
    }),
  ),
  oodValidation: z
    .string()
    .min(1)
    .optional()
    .meta(
      optionMeta({
        flag: "--ood-validation",
        value: "<name>",
        help: "with --ood-scores: foreign images, as for --ood, that their parameters are chosen by; nothing is judged by them (default: published parameters)",
        example: "fashion-mnist",
      }),
    ),
  oodNear: names.optional().meta(
    optionMeta({
      flag: "--ood-near",
      help: "with --ood-scores: which foreign sets are near to what the network knows; the others are far (default: what the data set says)",
      example: ["held-out"],
    }),
  ),
};

const file = (flag: string, help: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta(optionMeta({ flag, value: "<file>", help }));

/** Files of another program's features. */
const featureFileFields = {
  features: file("--features", "with --logits: what the last layer reads of each test image, .npy [images, features]"),
  trainFeatures: file("--train-features", "the same of training images, without augmentation"),
  trainLabels: file("--train-labels", "their labels, .npy [images]"),
  trainLogits: file("--train-logits", "their logits, .npy [images, classes]"),
  classifierWeight: file("--classifier-weight", "weight of the last layer, .npy [classes, features]"),
  classifierBias: file("--classifier-bias", "its bias, .npy [classes]"),
  validationFeatures: file("--validation-features", "features of the images of --validation-logits"),
  oodFeatures: names.optional().meta(
    optionMeta({
      flag: "--ood-features",
      value: "<name=file>",
      help: "features of the images of --ood NAME=LOGITS.npy; name=file,name=file for several",
      example: ["svhn=svhn-features.npy"],
    }),
  ),
};

/**
 * Options of `evaluate` for another program's features, for a command line.
 * @example
 * for (const { path, flag } of featureFileOptions()) console.log(path, flag);
 */
export const featureFileOptions = (): readonly ConfigOption[] => schemaOptions(featureFileFields, "");

/**
 * Options of `evaluate`, made of their schema, for a command line.
 * @example
 * for (const { path, flag } of oodScoreOptions()) console.log(path, flag);
 */
export const oodScoreOptions = (): readonly ConfigOption[] => schemaOptions(oodScoreFields, "");

/** What they are. */
export interface OodScoreOptions {
  /** `default`, `all`, or names of scores; none where absent. */
  readonly oodScores?: readonly string[];
  /** A foreign set, as in `ood`, that parameters of the scores are chosen by. */
  readonly oodValidation?: string;
  /** Names of foreign sets that are near; the others are far. */
  readonly oodNear?: readonly string[];
}
