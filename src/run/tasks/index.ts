import { UserError } from "../../core/index.ts";
import { type TaskName, taskNames } from "../../tasks/index.ts";
import { classificationConfig } from "./classification.ts";
import { contrastiveConfig } from "./contrastive.ts";
import { detectionConfig } from "./detection.ts";
import { regressionConfig } from "./regression.ts";
import type { TaskConfig } from "./task-config.ts";

/** What each task says of a config. */
const taskConfigs: { readonly [Name in TaskName]: TaskConfig } = {
  classification: classificationConfig,
  regression: regressionConfig,
  contrastive: contrastiveConfig,
  detection: detectionConfig,
};

interface OfTask {
  readonly task?: { readonly name: string };
}

/** The task that a config names. @throws UserError for one that is unknown */
export function taskOf({ task }: OfTask): TaskName {
  if (!task) return "classification";
  const known = taskNames.find((name) => name === task.name);
  if (!known) throw new UserError(`task.name ${task.name}: unknown; known: ${taskNames.join(", ")}`);
  return known;
}

/** What a config's task says of it. @throws UserError for a task that is unknown */
export const taskConfigOf = (config: OfTask): TaskConfig => taskConfigs[taskOf(config)];

/**
 * The task that a data set is for: the names of all tasks' data sets differ.
 * @example
 * taskOfData("csv"); // "regression"
 */
export const taskOfData = (name: string): TaskName | undefined =>
  taskNames.find((task) => taskConfigs[task].dataNames.includes(name));

/** All tasks, by name. */
export const taskConfigEntries = Object.entries(taskConfigs) as readonly [TaskName, TaskConfig][];
