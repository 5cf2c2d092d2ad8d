import { z } from "zod";
import { optionMeta } from "../core/internal.ts";
import type { ConfigOption } from "../run/index.ts";
import { schemaOptions } from "../run/internal.ts";
import type { Adaptation, Tent } from "../train/index.ts";

/** How a run is asked otherwise than as the plain network that it is: a new way is a field here and a line in `variant.ts`. */
const variantFields = {
  dropoutDraws: z
    .int()
    .min(2)
    .optional()
    .meta(
      optionMeta({
        flag: "--dropout-draws",
        help: "Monte Carlo dropout: mean probabilities of so many passes that drop as training did; goes into RUN/variants/…",
        example: 10,
      }),
    ),
  adaptation: z
    .enum(["batch-norm", "tent"])
    .optional()
    .meta(
      optionMeta({
        flag: "--adaptation",
        value: "<name>",
        help: "adapt to each image set by itself, without labels: batch-norm (statistics of the batch) | tent (and steps toward less entropy); goes into RUN/variants/…",
      }),
    ),
  adaptationBatch: z
    .int()
    .min(2)
    .optional()
    .meta(
      optionMeta({
        flag: "--adaptation-batch",
        help: "with --adaptation: images of a batch, at most; their order is drawn, the same each time (default: 200)",
        example: 64,
      }),
    ),
  adaptationPrior: z
    .number()
    .min(0)
    .optional()
    .meta(
      optionMeta({
        flag: "--adaptation-prior",
        value: "<n>",
        help: "with --adaptation batch-norm: images that the running statistics weigh as many as, beside the batch's (default: 0)",
        example: 16,
      }),
    ),
  adaptationOptimizer: z
    .enum(["adam", "sgd"])
    .optional()
    .meta(
      optionMeta({
        flag: "--adaptation-optimizer",
        value: "<name>",
        help: "with --adaptation tent: adam | sgd, with momentum 0.9 (default: adam)",
      }),
    ),
  adaptationRate: z
    .number()
    .positive()
    .optional()
    .meta(
      optionMeta({
        flag: "--adaptation-rate",
        value: "<rate>",
        help: "with --adaptation tent: learning rate (default: 0.001 with adam, 0.00025 with sgd)",
        example: 0.001,
      }),
    ),
};

/** How a run is asked otherwise. */
export interface VariantOptions {
  /** Monte Carlo dropout: passes that drop as training did, whose probabilities are averaged. */
  readonly dropoutDraws?: number;
  /**
   * `batch-norm`: BatchNorm normalises by the batch (Schneider et al. 2020); `tent`: and takes steps toward less entropy (Wang et
   * al. 2021). Each image set is begun anew; anchored runs are asked under one reference where no protocol and no `k` is given.
   */
  readonly adaptation?: Adaptation["name"];
  /** Images of a batch, at most; 200 where absent. */
  readonly adaptationBatch?: number;
  /** `batch-norm`: images that the running statistics weigh as many as; 0 where absent. */
  readonly adaptationPrior?: number;
  /** `tent`: `adam` where absent. */
  readonly adaptationOptimizer?: Tent["optimizer"];
  /** `tent`: 0.001 with `adam` and 0.00025 with `sgd` where absent. */
  readonly adaptationRate?: number;
}

/** Those of all options. */
export const pickVariant = (options: VariantOptions): VariantOptions =>
  Object.fromEntries(Object.keys(variantFields).map((name) => [name, options[name as keyof VariantOptions]]));

/**
 * Options of `evaluate` whose answers are kept apart from the plain network's, made of their schema, for a command line.
 * @example
 * for (const { path, flag } of variantOptions()) console.log(path, flag);
 */
export const variantOptions = (): readonly ConfigOption[] => schemaOptions(variantFields, "");
