import { augmentationsFromJson, withoutBoxes } from "../../augment/index.ts";
import { UserError } from "../../core/index.ts";
import { detectionDataNames, detectionDataTable } from "../../data/index.ts";
import { anchoredOptions } from "../../methods/index.ts";
import { ofClasses } from "../../methods/internal.ts";
import type { DetectionOptions } from "../../tasks/index.ts";
import type { RunConfig, RunConfigInput } from "../config.ts";
import type { TaskConfig } from "./task-config.ts";

/**
 * Of a detection: an optimizer that needs no tuning.
 * @example
 * console.log(detectionDefaults.optimizer.name); // what a detector trains with where the config says nothing
 */
export const detectionDefaults = {
  optimizer: { name: "adamw", weightDecay: 1e-4 },
  schedule: { name: "one-cycle", peak: 0.002 },
} as const satisfies Pick<RunConfigInput, "optimizer" | "schedule">;

const augmentOf = (name: string): RunConfig["augment"] =>
  structuredClone((detectionDataTable[name as keyof typeof detectionDataTable]?.augment ?? []) as RunConfig["augment"]);

function withDefaults(input: RunConfigInput): RunConfigInput {
  const { optimizer, schedule } = input;
  return {
    model: "resnet18",
    batchSize: 32,
    epochs: 30,
    augment: augmentOf(input.data.name),
    ...input,
    optimizer: optimizer ?? detectionDefaults.optimizer,
    schedule: schedule ?? detectionDefaults.schedule,
  };
}

function check(config: RunConfig, _: DetectionOptions): void {
  const { method, augment, mix, labelSmoothing, trainable, packed, swag, embedding, normalization } = config;
  const anchored = anchoredOptions(method);
  const refuse = (what: string, why: string) => new UserError(`${what}: ${why}`);
  if (ofClasses.includes(method.name))
    throw refuse(`method.name ${method.name}`, "it is for classes; a detector takes standard or anchored");
  // A method of one's own may have none.
  const maskTarget: string = anchored?.maskTarget ?? "label";
  if (maskTarget !== "label" && maskTarget !== "empty")
    throw refuse(`method.maskTarget ${maskTarget}`, "a scene has no class of its own; use label or empty");
  if (anchored?.output)
    throw refuse(`method.output ${anchored.output.name}`, "it is for classes, and boxes are learnt; leave it out");
  if ((anchored?.anchorAt ?? "input") !== "input")
    throw refuse(`method.anchorAt ${anchored?.anchorAt}`, "a detector can be anchored at input");
  if ((anchored?.referenceSource ?? "new") !== "new")
    throw refuse(`method.referenceSource ${anchored?.referenceSource}`, "references are the training scenes; use new");
  if ((anchored?.corruptReferencesEvery ?? 0) > 0)
    throw refuse("method.corruptReferencesEvery", "a detector's references are not augmented; use 0");
  const stuck = withoutBoxes(augmentationsFromJson(augment));
  if (stuck) throw refuse(`augment ${stuck.name}`, "boxes cannot follow it; use flip or colorJitter, or leave it out");
  if (mix.length > 0) throw refuse(`mix ${mix[0].name}`, "boxes cannot follow a mixture of images; leave it out");
  if (labelSmoothing > 0) throw refuse("labelSmoothing", "heat is learnt as it is; leave it out");
  if (packed) throw refuse("packed", "members are of classifiers; leave it out");
  if (swag) throw refuse("swag", "its samples are of classifiers; leave it out");
  if (embedding !== undefined) throw refuse(`embedding ${embedding}`, "it tells classes apart; leave it out");
  if (normalization === "init")
    throw refuse("normalization init", "a detector's images are normalised by its own data; leave it out");
  if (trainable !== "all") throw refuse(`trainable ${trainable}`, "the whole network is trained; use all");
}

export const detectionConfig: TaskConfig<DetectionOptions> = {
  dataKind: "detection data set",
  dataNames: detectionDataNames,
  dataFields: () =>
    Object.fromEntries(detectionDataNames.map((name) => [name, detectionDataTable[name].options.shape])) as never,
  examples: "images",
  withDefaults,
  check,
  begin(input, choices, fresh) {
    if (choices.has("data.annotations") && !choices.has("data.name")) choices.set("data.name", "coco");
    const name = choices.get("data.name") ?? (fresh ? undefined : input.data.name);
    if (name === undefined)
      throw new UserError(`task.name detection: on what? add data.name ${detectionDataNames.join(" | ")}`);
    if (!(detectionDataNames as readonly string[]).includes(name as string))
      throw new UserError(
        `data.name ${name}: it has no boxes, or is unknown; of task.name detection there are ${detectionDataNames.join(", ")}`,
      );
    input.optimizer ??= detectionDefaults.optimizer;
    input.schedule ??= detectionDefaults.schedule;
  },
  complete(input) {
    input.augment ??= augmentOf(input.data.name);
  },
};
