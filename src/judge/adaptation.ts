import { UserError } from "../core/index.ts";
import type { Adaptation } from "../train/index.ts";
import { buildNetwork, requireAdaptable } from "../train/internal.ts";
import type { Variant } from "./variant.ts";
import type { VariantOptions } from "./variant-options.ts";

/** TENT's for CIFAR (Wang et al. 2021, section 4), of both kinds. */
const BATCH = 200;
/** The paper's for CIFAR, and for ImageNet. */
const LEARNING_RATES = { adam: 0.001, sgd: 0.00025 } as const;
const TITLES = { adam: "Adam", sgd: "SGD" } as const;

/** What only makes sense with others, and of which adaptation. */
const belongs = {
  adaptationBatch: ["batch-norm", "tent"],
  adaptationPrior: ["batch-norm"],
  adaptationOptimizer: ["tent"],
  adaptationRate: ["tent"],
} as const;

/** A network that adapts to each set, as a variant. @throws UserError for options of another adaptation */
export function adaptation(options: VariantOptions): Variant | undefined {
  for (const [name, kinds] of Object.entries(belongs)) {
    const value = options[name as keyof typeof belongs];
    if (value !== undefined && !(kinds as readonly unknown[]).includes(options.adaptation))
      throw new UserError(
        `options.${name} ${value}: it belongs to options.adaptation ${kinds.join(" or ")}; give both or neither`,
      );
  }
  if (options.adaptation === undefined) return undefined;
  const asked = `options.adaptation ${options.adaptation}`;
  const given = adaptationOf(options.adaptation, options);
  return {
    asked,
    stored: {
      ...named(given),
      notice:
        "the network adapted to each image set by itself, so that foreign images are normalised among foreign ones: how well they are told from known ones is not what the network as trained can do",
    },
    protocol: "single",
    check(run, record, { mirror, protocol, calibrate, k }) {
      const refuse = (what: string, why: string) => new UserError(`${what}: ${why}; leave it out with ${asked}`);
      if (mirror) throw refuse("options.mirror", "mirror images would be batches of their own");
      if (protocol === "blt") throw refuse("options.protocol blt", "a batch that adapts shares its references");
      if (calibrate && protocol !== "k" && k === undefined)
        throw refuse("options.calibrate", "it scales by the spread over references, and one is asked");
      requireAdaptable(`${run} (${record.config.model})`, buildNetwork(record), given);
    },
    predict: (predictor, images, { mirror: _, ...how }) => predictor.predictAdapted(images, given, how),
  };
}

function adaptationOf(name: Adaptation["name"], options: VariantOptions): Adaptation {
  const {
    adaptationBatch: batch = BATCH,
    adaptationPrior: prior = 0,
    adaptationOptimizer: optimizer = "adam",
  } = options;
  return name === "batch-norm"
    ? { name, batch, prior }
    : { name, batch, optimizer, learningRate: options.adaptationRate ?? LEARNING_RATES[optimizer] };
}

/** A step is a forward pass and a backward one, which costs about two. */
const named = (given: Adaptation) =>
  given.name === "batch-norm"
    ? {
        name: `batch-norm-${given.batch}${given.prior > 0 ? `-prior-${given.prior}` : ""}`,
        title: `BatchNorm adaptation, batch ${given.batch}${given.prior > 0 ? `, prior ${given.prior}` : ""}`,
        passes: 1,
      }
    : {
        name: `tent-${given.batch}-${given.optimizer}-${given.learningRate}`,
        title: `TENT, batch ${given.batch}, ${TITLES[given.optimizer]} ${given.learningRate}`,
        passes: 3,
      };
