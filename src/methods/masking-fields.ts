import { z } from "zod";
import { optionMeta as option } from "../core/internal.ts";
import { maskStatistics } from "./masking.ts";

const count = z.int().min(1);
const share = z.number().min(0).max(1);

/** What masking is asked, α first. */
export const maskingFields = {
  maskProbability: share.default(0.25).meta(
    option({
      flag: "--mask-probability",
      value: "<α>",
      help: "share of batches whose references are masked",
      example: 0.25,
      meaning: "the share of masked batches",
    }),
  ),
  maskTarget: z
    .enum(["label", "uniform", "mean", "empty"])
    .default("label")
    .meta(
      option({
        flag: "--mask-target",
        value: "<target>",
        help: "what masked batches are trained toward: label | uniform, in a regression label | mean, in a detection label | empty (a scene without objects)",
      }),
    ),
  maskBy: z
    .enum(["batch", "image"])
    .default("batch")
    .meta(option({ flag: "--mask-by", value: "<unit>", help: "what is masked at a time: batch (the paper) | image" })),
  maskDraws: count.default(1).meta(
    option({
      flag: "--mask-draws",
      value: "<n>",
      help: "parts of a batch that are masked each by a draw of its own, as n processes do",
      example: 4,
    }),
  ),
  /** Pixels. */
  maskKeep: z
    .int()
    .min(0)
    .default(0)
    .meta(
      option({
        flag: "--mask-keep",
        value: "<pixels>",
        help: "side of the central square that a masked reference keeps",
        example: 8,
      }),
    ),
  /** As `maskStatisticsOf` says where absent. */
  maskStatistics: z
    .enum(maskStatistics)
    .optional()
    .meta(
      option({
        flag: "--mask-statistics",
        value: "<which>",
        help: "what moves BatchNorm's running statistics: ordinary (batches that are not masked) | all (the released code; by image) (ordinary)",
      }),
    ),
  maskFrom: share.default(0).meta(
    option({
      flag: "--mask-from",
      value: "<share>",
      help: "of the training up to which nothing is masked",
      example: 0.5,
    }),
  ),
  /** `maskFrom` where absent. */
  maskTo: share.optional().meta(
    option({
      flag: "--mask-to",
      value: "<share>",
      help: "of the training at which α is reached, rising linearly from 0 at --mask-from (at once)",
      example: 1,
    }),
  ),
};
