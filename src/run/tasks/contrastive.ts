import { UserError } from "../../core/index.ts";
import { anchoredOptions } from "../../methods/index.ts";
import { ofClasses } from "../../methods/internal.ts";
import type { ContrastiveOptions } from "../../tasks/index.ts";
import type { RunConfig, RunConfigInput } from "../config.ts";
import { classificationConfig, defaultAugment } from "./classification.ts";
import type { TaskConfig } from "./task-config.ts";

/**
 * Of image-text pairs: AdamW, and a decay of matrices alone, as open_clip trains CLIP.
 * @example
 * console.log(contrastiveDefaults.schedule.peak); // what dual encoders train with where the config says nothing
 */
export const contrastiveDefaults = {
  optimizer: { name: "adamw", weightDecay: 0.1, decayNormsAndBiases: false },
  schedule: { name: "one-cycle", peak: 0.001 },
} as const satisfies Pick<RunConfigInput, "optimizer" | "schedule">;

function check(config: RunConfig, task: ContrastiveOptions): void {
  const { texts, captionWeight } = task;
  const { method, mix, labelSmoothing, trainable, packed, swag, accumulate, repeatedAugmentation } = config;
  const refuse = (what: string, why: string) => new UserError(`${what}: ${why}`);
  const anchored = anchoredOptions(method);
  if (ofClasses.includes(method.name))
    throw refuse(`method.name ${method.name}`, "it is for classes; image-text pairs take standard or anchored");
  // A method of one's own may have none.
  if ((anchored?.maskTarget ?? "label") !== "label")
    throw refuse(
      `method.maskTarget ${anchored?.maskTarget}`,
      "image-text pairs have no classes to be uniform over; use label",
    );
  if (anchored?.output)
    throw refuse(`method.output ${anchored.output.name}`, "it is for classes, and texts are learnt; leave it out");
  if ((anchored?.anchorAt ?? "input") !== "input")
    throw refuse(`method.anchorAt ${anchored?.anchorAt}`, "an image tower can be anchored at input");
  if ((anchored?.referencesPerImage ?? 1) > 1)
    throw refuse(
      `method.referencesPerImage ${anchored?.referencesPerImage}`,
      "an image would be in a batch several times, and its texts count as wrong for one another; use 1",
    );
  if ((anchored?.referenceSource ?? "new") !== "new")
    throw refuse(`method.referenceSource ${anchored?.referenceSource}`, "references are the training images; use new");
  if (captionWeight > 0 && texts === "captions")
    throw refuse(
      `task.captionWeight ${captionWeight}`,
      "captions are learnt as it is; it belongs to task.texts classes, beside whose names they stand",
    );
  checkRetrieval(config, task);
  if (accumulate > 1)
    throw refuse(
      `accumulate ${accumulate}`,
      "each image is told from all texts of its batch, which parts of it do not have; use 1, and a smaller batchSize",
    );
  if (repeatedAugmentation > 1)
    throw refuse(
      `repeatedAugmentation ${repeatedAugmentation}`,
      "an image would be in a batch several times, and its texts count as wrong for one another; use 1",
    );
  if (mix.length > 0) throw refuse(`mix ${mix[0].name}`, "no text says what a mixture of images shows; leave it out");
  if (labelSmoothing > 0) throw refuse("labelSmoothing", "there are no classes; leave it out");
  if (packed) throw refuse("packed", "members are of classifiers; leave it out");
  if (swag) throw refuse("swag", "its samples are of classifiers; leave it out");
  if (trainable !== "all") throw refuse(`trainable ${trainable}`, "a dual encoder has no classifier; use all");
}

/** Options of anchors that are not asked for, and anchors that cannot be had. */
function checkRetrieval({ init }: RunConfig, task: ContrastiveOptions): void {
  const { captionWeight, captionsOf, retrievedWeight, retrieval, pool } = task;
  if (captionsOf !== "own" && captionWeight === 0)
    throw new UserError(`task.captionsOf ${captionsOf}: there are no caption anchors; set task.captionWeight, e.g. 1`);
  if (retrievedWeight === 0) {
    const given = pool ? "pool" : retrieval !== "nearest" ? `retrieval ${retrieval}` : undefined;
    if (given) throw new UserError(`task.${given}: nothing is retrieved; set task.retrievedWeight, e.g. 1`);
    return;
  }
  if (!pool)
    throw new UserError(
      `task.retrievedWeight ${retrievedWeight}: retrieved from where? give task.pool, e.g. {"name": "emoji"} or {"folder": "pool"}`,
    );
  if (retrieval === "nearest" && init === undefined)
    throw new UserError(
      "task.retrieval nearest: near under which weights? give init, a dual encoder; or take task.retrieval random",
    );
}

export const contrastiveConfig: TaskConfig<ContrastiveOptions> = {
  dataKind: "data set",
  // Those of classifications, whose class names and captions are the texts.
  dataNames: [],
  dataFields: () => ({}),
  examples: "images",
  withDefaults: (input) => ({
    model: "clip-small",
    clipNorm: 1,
    ...input,
    optimizer: input.optimizer ?? contrastiveDefaults.optimizer,
    schedule: input.schedule ?? contrastiveDefaults.schedule,
  }),
  check,
  begin(input, choices, fresh) {
    classificationConfig.begin(input, choices, fresh);
    const name = choices.get("method.name") ?? input.method?.name;
    if (name === "anchored" && !choices.has("method.maskTarget") && input.method?.maskTarget === undefined)
      choices.set("method.maskTarget", "label");
    input.optimizer ??= contrastiveDefaults.optimizer;
    input.schedule ??= contrastiveDefaults.schedule;
  },
  complete(input) {
    input.augment ??= defaultAugment(input.data.name);
  },
};
