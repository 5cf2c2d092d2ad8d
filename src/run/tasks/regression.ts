import { type Tree, UserError } from "../../core/index.ts";
import { regressionDataNames, regressionDataTable } from "../../data/index.ts";
import { anchoredOptions } from "../../methods/index.ts";
import { ofClasses } from "../../methods/internal.ts";
import type { RegressionOptions } from "../../tasks/index.ts";
import type { RunConfig, RunConfigInput } from "../config.ts";
import type { TaskConfig } from "./task-config.ts";

/**
 * Of a regression: an optimizer that needs no tuning.
 * @example
 * console.log(regressionDefaults.optimizer.name); // what a regression trains with where the config says nothing
 */
export const regressionDefaults = {
  optimizer: { name: "adamw", weightDecay: 1e-4 },
  schedule: { name: "one-cycle", peak: 0.003 },
} as const satisfies Pick<RunConfigInput, "optimizer" | "schedule">;

/** No augmentation that could move a target, and the defaults above. */
function withDefaults(input: RunConfigInput): RunConfigInput {
  const { optimizer, schedule } = input;
  return {
    model: "mlp",
    batchSize: 64,
    epochs: 200,
    augment: [],
    validateEvery: 10,
    ...input,
    optimizer: optimizer ?? regressionDefaults.optimizer,
    schedule: schedule ?? regressionDefaults.schedule,
  };
}

function check(config: RunConfig, { dropoutDraws: draws }: RegressionOptions): void {
  const { method, augment, mix, labelSmoothing, trainable, dropout, packed, swag, embedding } = config;
  const anchored = anchoredOptions(method);
  const refuse = (what: string, why: string) => new UserError(`${what}: ${why} in a regression`);
  if (ofClasses.includes(method.name))
    throw refuse(`method.name ${method.name}`, "it is for classes; use standard or anchored");
  // A method of one's own may have none.
  const maskTarget: string = anchored?.maskTarget ?? "label";
  if (maskTarget !== "label" && maskTarget !== "mean")
    throw refuse(`method.maskTarget ${maskTarget}`, "there are no classes and no scenes; use label or mean");
  if (anchored?.output)
    throw refuse(`method.output ${anchored.output.name}`, "it is for classes, task.loss says what is minimised");
  if (anchored && (anchored.referenceSource ?? "new") !== "new")
    throw refuse(`method.referenceSource ${anchored.referenceSource}`, "references are the training examples");
  if (anchored && (anchored.corruptReferencesEvery ?? 0) > 0)
    throw refuse("method.corruptReferencesEvery", "references are not augmented");
  if (augment.length > 0)
    throw refuse(`augment ${augment[0].name}`, "an augmentation could move the target; leave it out");
  if (mix.length > 0) throw refuse(`mix ${mix[0].name}`, "labels are not mixed; leave it out");
  if (labelSmoothing > 0) throw refuse("labelSmoothing", "there are no classes");
  if (packed) throw refuse("packed", "members are of classifiers; leave it out");
  if (embedding !== undefined) throw refuse(`embedding ${embedding}`, "it tells classes apart; leave it out");
  if (swag) throw refuse("swag", "its samples are of classifiers; leave it out");
  if (trainable !== "all") throw refuse(`trainable ${trainable}`, "the whole network is trained");
  if (draws > 0 && anchored)
    throw refuse(`task.dropoutDraws ${draws}`, "anchored answers are over references, not over draws");
  if (draws > 0 && dropout === 0)
    throw new UserError(
      `task.dropoutDraws ${draws}: the network has no dropout; add config.dropout 0.1, or leave it out`,
    );
}

/** The data set that the options imply, and standard options. */
function begin(input: Tree, choices: Map<string, unknown>, fresh: boolean): void {
  if (choices.has("data.file") && !choices.has("data.name")) choices.set("data.name", "csv");
  const folder = choices.get("data.name") ?? (choices.has("data.folder") ? "folder" : undefined);
  // A folder of images, here with a table of numbers.
  if (folder === "folder") choices.set("data.name", "images");
  const name = choices.get("data.name") ?? (fresh ? undefined : input.data.name);
  if (name === undefined)
    throw new UserError(
      `task.name regression: on what? add data.file FILE and data.target NAME, or data.name ${regressionDataNames.join(" | ")}`,
    );
  if (!(regressionDataNames as readonly string[]).includes(name))
    throw new UserError(`data.name ${name}: unknown; known: ${regressionDataNames.join(", ")}`);
  input.schedule ??= regressionDefaults.schedule;
  input.optimizer ??= regressionDefaults.optimizer;
}

export const regressionConfig: TaskConfig<RegressionOptions> = {
  dataKind: "regression data set",
  dataNames: regressionDataNames,
  dataFields: () =>
    Object.fromEntries(regressionDataNames.map((name) => [name, regressionDataTable[name].options.shape])) as never,
  examples: "examples",
  withDefaults,
  check,
  begin,
  complete: () => {},
};
