import { augmentationNames, mixerNames } from "../../augment/index.ts";
import { registeredCount } from "../../core/internal.ts";
import { methodNames, outputNames } from "../../methods/index.ts";
import { methodOptionSchemas } from "../../methods/internal.ts";
import { modelNames } from "../../models/index.ts";
import { optimizerOptionSchemas, scheduleOptionSchemas } from "../../optim/internal.ts";
import { taskNames } from "../../tasks/index.ts";
import { taskSchemas } from "../../tasks/internal.ts";
import { runConfigSchema } from "../config.ts";
import { taskConfigEntries } from "../tasks/index.ts";
import type { ConfigOption } from "./config-option.ts";
import { choiceOptions, schemaOptions } from "./schema-options.ts";

const choice = (
  flag: string,
  path: string,
  names: readonly string[],
  standard: string,
  { help = "", only }: { readonly help?: string; readonly only?: ConfigOption["only"] } = {},
): ConfigOption => ({
  ...{ flag, path, placeholder: "<name>", help: help + names.join(" | "), takes: { kind: "name", names }, standard },
  ...(only && { only }),
});

/** What decides which other options mean something. */
const choices = (): readonly ConfigOption[] => [
  {
    ...choice(
      "--data",
      "data.name",
      taskConfigEntries.flatMap(([, { dataNames }]) => dataNames),
      "emoji",
    ),
    help: taskConfigEntries
      .filter(([, { dataNames }]) => dataNames.length > 0)
      .map(([name, { dataNames }], i) => (i === 0 ? "" : `with --task ${name} `) + dataNames.join(" | "))
      .join("; "),
  },
  choice("--model", "model", modelNames, "resnet20"),
  choice("--method", "method.name", methodNames, "standard"),
  choice("--optimizer", "optimizer.name", Object.keys(optimizerOptionSchemas), "sgd"),
  choice("--schedule", "schedule.name", Object.keys(scheduleOptionSchemas), "one-cycle", {
    help: "how the learning rate changes: ",
  }),
  choice("--task", "task.name", taskNames, "classification", { help: "what is learnt: " }),
  choice("--output", "method.output.name", outputNames, "cross-entropy", {
    help: "what is minimised, with standard options: ",
    only: { path: "method.name", is: ["anchored"] },
  }),
];

/** Lists of transforms are written by their names alone. */
const lists = (): readonly ConfigOption[] => [
  {
    flag: "--augment",
    placeholder: "<a,b>",
    help: `transforms of the training images, in the order given, with their standard options, of ${augmentationNames.join(", ")} (crop, flip)`,
    takes: { kind: "names", names: augmentationNames },
    path: "augment",
  },
  {
    flag: "--mix",
    placeholder: "<a,b>",
    help: `mix the images of a batch with one another, by one of ${mixerNames.join(", ")}; where several are given, each batch takes one`,
    takes: { kind: "names", names: mixerNames },
    path: "mix",
  },
  {
    flag: "--normalization",
    placeholder: "<whose>",
    help: "data | init: statistics that images are normalised by (init where --init is a run)",
    takes: { kind: "name", names: ["data", "init"] },
    path: "normalization",
  },
];

const fieldsOf = (schemas: Readonly<Record<string, { readonly shape: object }>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, { shape }]) => [name, shape as never]));

/** The fields that each data set has, of all tasks. */
const dataFields = () => Object.assign({}, ...taskConfigEntries.map(([, task]) => task.dataFields()));

/** The config's own fields: those of its parts stand in their own schemas. */
function ownFields({ data, task, method, optimizer, schedule, ...own }: typeof runConfigSchema.shape) {
  return own;
}

const made = (): readonly ConfigOption[] => [
  ...choices(),
  ...choiceOptions(dataFields(), "data"),
  ...choiceOptions(fieldsOf(methodOptionSchemas), "method"),
  ...choiceOptions(fieldsOf({ classification: { shape: {} }, ...taskSchemas }), "task"),
  ...lists(),
  ...choiceOptions(fieldsOf(scheduleOptionSchemas), "schedule"),
  ...choiceOptions(fieldsOf(optimizerOptionSchemas), "optimizer"),
  ...schemaOptions(ownFields(runConfigSchema.shape), ""),
];

let known: readonly ConfigOption[] = [];
let knownAt = -1;

/**
 * Every option of a training, made of the schemas of what has it: for a command line, a form, or a list of what can be
 * varied. Choices (data set, method, schedule …) come first, for what follows depends on them. Names that were registered
 * by now are among them.
 * @example
 * configOptions().find(({ path }) => path === "method.maskProbability")!.takes; // { kind: "number", range: { min: 0, … } }
 */
export function configOptions(): readonly ConfigOption[] {
  if (knownAt !== registeredCount()) [known, knownAt] = [made(), registeredCount()];
  return known;
}
