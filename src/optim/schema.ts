import { z } from "zod";
import { optionMeta as option } from "../core/internal.ts";

const count = z.int().min(1);
const rate = z.number().positive();
const share = z.number().min(0).max(1);
const decayRate = z.number().min(0).lt(1);

const momentum = decayRate.meta(
  option({
    flag: "--momentum",
    value: "<x>",
    help: "sgd, muon: share of the last step that is kept (muon: 0.95)",
    example: 0.9,
  }),
);
const weightDecay = z
  .number()
  .min(0)
  .meta(
    option({
      flag: "--weight-decay",
      value: "<x>",
      help: "sgd: L2 penalty; decoupled for adamw (0.05), lion (0.5), muon (0.1)",
      example: 5e-4,
    }),
  );

const sgd = z.strictObject({
  name: z.literal("sgd"),
  momentum: momentum.default(0.9),
  nesterov: z
    .boolean()
    .default(true)
    .meta(option({ flag: "--no-nesterov", help: "plain momentum in place of Nesterov's", sets: false })),
  weightDecay: weightDecay.default(5e-4),
  decayNormsAndBiases: z
    .boolean()
    .default(true)
    .meta(
      option({
        flag: "--no-decay-norms-and-biases",
        help: "sgd: weight decay on convolution and linear weights alone, as the others have it",
        sets: false,
      }),
    ),
  /** Times the learning rate, for biases; their decay a step is that of the weights. */
  biasRate: rate
    .default(1)
    .meta(option({ flag: "--bias-rate", value: "<x>", help: "sgd: times the learning rate, for biases", example: 64 })),
});

const adamw = z.strictObject({
  name: z.literal("adamw"),
  beta1: decayRate.default(0.9),
  beta2: decayRate.default(0.999),
  epsilon: rate.default(1e-8),
  weightDecay: weightDecay.default(0.05),
  decayNormsAndBiases: z.boolean().default(false),
});

const lion = z.strictObject({
  name: z.literal("lion"),
  beta1: decayRate.default(0.9),
  beta2: decayRate.default(0.99),
  weightDecay: weightDecay.default(0.5),
  decayNormsAndBiases: z.boolean().default(false),
});

const muon = adamw.extend({
  name: z.literal("muon"),
  momentum: momentum.default(0.95),
  weightDecay: weightDecay.default(0.1),
});

/** `optimizer` of a run's config. */
export const optimizerSchema = z.discriminatedUnion("name", [sgd, adamw, lion, muon]);
/**
 * The options of each optimizer, by its name.
 * @example
 * const options = optimizerOptionSchemas.adamw.parse({ name: "adamw", weightDecay: 0.05 }); // with every default
 */
export const optimizerOptionSchemas = { sgd, adamw, lion, muon };

const highestRate = option({
  flag: "--learning-rate",
  value: "<rate>",
  help: "the highest that the schedule reaches (one-cycle: 0.2)",
  example: 0.1,
});
const learningRate = rate.meta(highestRate);
const warmupEpochs = z
  .number()
  .min(0)
  .default(0)
  .meta(
    option({
      flag: "--warmup-epochs",
      value: "<n>",
      help: "cosine, multistep: epochs of linear rise",
      example: 5,
    }),
  );

const constant = z.strictObject({ name: z.literal("constant"), learningRate });
const multistep = z.strictObject({
  name: z.literal("multistep"),
  learningRate,
  milestones: z.array(count).meta(
    option({
      flag: "--milestones",
      value: "<e,e>",
      help: "multistep: epochs at which the rate falls",
      example: [60, 120],
    }),
  ),
  factor: rate
    .default(0.1)
    .meta(option({ flag: "--decay-factor", value: "<x>", help: "multistep: what it is multiplied by", example: 0.2 })),
  warmupEpochs,
});
const oneCycle = z.strictObject({
  name: z.literal("one-cycle"),
  peak: rate.default(0.2).meta(highestRate),
  warmup: share.default(0.3).meta(
    option({
      flag: "--warmup",
      value: "<share>",
      help: "one-cycle: share of the steps up to the peak",
      example: 0.3,
    }),
  ),
  startDivisor: rate.default(25),
  endDivisor: rate.default(1e4),
  anneal: z.enum(["cosine", "linear"]).default("cosine"),
});
const cosine = z.strictObject({
  name: z.literal("cosine"),
  learningRate,
  minimum: z
    .number()
    .min(0)
    .default(0)
    .meta(option({ flag: "--minimum-rate", value: "<rate>", help: "cosine: where the curve ends", example: 0.001 })),
  warmupEpochs,
});

/** `schedule` of a run's config. */
export const scheduleSchema = z.discriminatedUnion("name", [constant, multistep, oneCycle, cosine]);
/**
 * The options of each schedule, by its name.
 * @example
 * scheduleOptionSchemas.constant.parse({ name: "constant", learningRate: 0.1 });
 */
export const scheduleOptionSchemas = { constant, multistep, "one-cycle": oneCycle, cosine };
