import { UserError } from "../core/index.ts";
import { anchoredOptions } from "../methods/index.ts";
import type { RunConfig, RunConfigInput } from "./config.ts";

/**
 * Of a regression: an optimizer that needs no tuning.
 * @example
 * console.log(regressionDefaults.optimizer.name); // what a regression trains with where the config says nothing
 */
export const regressionDefaults = {
  optimizer: { name: "adamw", weightDecay: 1e-4 },
  schedule: { name: "one-cycle", peak: 0.003 },
} as const satisfies Pick<RunConfigInput, "optimizer" | "schedule">;

/** Defaults of a regression: no augmentation that could move a target, and those above. */
export function withTaskDefaults(input: RunConfigInput): RunConfigInput {
  if (input.task?.name !== "regression") return input;
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

/** @throws UserError for options that a task does not have. */
export function checkTask({ task, method, augment, mix, labelSmoothing, trainable, dropout }: RunConfig): void {
  const anchored = anchoredOptions(method);
  const maskTarget = anchored?.maskTarget ?? "label";
  if (!task) {
    if (maskTarget === "mean")
      throw new UserError("method.maskTarget mean: it belongs to task.name regression; use label or uniform");
    return;
  }
  const refuse = (what: string, why: string) => new UserError(`${what}: ${why} in a regression`);
  if (method.name !== "standard" && !anchored)
    throw refuse(`method.name ${method.name}`, "only standard and anchored are known");
  if (maskTarget === "uniform") throw refuse("method.maskTarget uniform", "there are no classes; use label or mean");
  if (anchored?.output)
    throw refuse(`method.output ${anchored.output.name}`, "it is for classes, task.loss says what is minimised");
  if (anchored && anchored.referenceSource !== "new")
    throw refuse(`method.referenceSource ${anchored.referenceSource}`, "references are the training examples");
  if (anchored && anchored.corruptReferencesEvery > 0)
    throw refuse("method.corruptReferencesEvery", "references are not augmented");
  if (augment.length > 0)
    throw refuse(`augment ${augment[0].name}`, "an augmentation could move the target; leave it out");
  if (mix.length > 0) throw refuse(`mix ${mix[0].name}`, "labels are not mixed; leave it out");
  if (labelSmoothing > 0) throw refuse("labelSmoothing", "there are no classes");
  if (trainable !== "all") throw refuse(`trainable ${trainable}`, "the whole network is trained");
  if (task.dropoutDraws > 0 && anchored)
    throw refuse(`task.dropoutDraws ${task.dropoutDraws}`, "anchored answers are over references, not over draws");
  if (task.dropoutDraws > 0 && dropout === 0)
    throw new UserError(
      `task.dropoutDraws ${task.dropoutDraws}: the network has no dropout; add config.dropout 0.1, or leave it out`,
    );
}
