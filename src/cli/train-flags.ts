import { type Command, Option } from "commander";
import { augmentationNames, mixerNames, standardOptions } from "../augment/index.ts";
import {
  dataOptionFields,
  dataSetNames,
  dataSetTable,
  regressionDataNames,
  regressionDataTable,
} from "../data/index.ts";
import { methodNames, methodOptionSchemas, outputNames } from "../methods/index.ts";
import { modelNames } from "../models/index.ts";
import { optimizerOptionSchemas, optimizers, scheduleOptionSchemas, schedules } from "../optim/index.ts";
import { runConfigSchema } from "../run/index.ts";
import { regressionSchema } from "../tasks/index.ts";
import { listOf, oneOf, type Parse } from "./numbers.ts";
import { choiceFlags, schemaFlags } from "./schema-flags.ts";

/** One option of `train` and the field of a run's config that it sets. */
export interface TrainFlag {
  readonly flag: string;
  /** Shown in the help; absent for switches. */
  readonly value?: string;
  readonly help: string;
  readonly parse?: Parse<unknown>;
  /** Dotted path in `RunConfig`. */
  readonly path: string;
  /** What a switch sets. */
  readonly sets?: boolean;
  /** What the field is where nothing is said. */
  readonly standard?: unknown;
  /** The choice without which the option means nothing, e.g. `method.name` must be `anchored`. */
  readonly only?: { readonly path: string; readonly is: string | readonly string[]; readonly flag: string };
}

type Named = { readonly name: string; readonly options: Readonly<Record<string, number>> };

/** `crop,flip` → `[{ name: "crop", … }, { name: "flip", … }]`. */
const namedList =
  (names: readonly string[]): Parse<Named[]> =>
  (flag) =>
  (given, before = []) => [
    ...before,
    ...listOf(names)(flag)(given)
      .filter((name) => !before.some((other) => other.name === name))
      .map((name) => ({ name, options: standardOptions(name) })),
  ];

const choice = (flag: string, path: string, names: readonly string[], help = "", standard?: string): TrainFlag => ({
  flag,
  value: "<name>",
  help: help + names.join(" | "),
  parse: oneOf(names),
  path,
  ...(standard && { standard }),
});

const augmentations = augmentationNames;
const mixers = mixerNames;
const forRegression = { path: "task.name", is: "regression", flag: "--task" };

/** What decides which other options mean something. */
const choices: readonly TrainFlag[] = [
  {
    ...choice("--data", "data.name", [...dataSetNames, ...regressionDataNames], "", "emoji"),
    help: `${dataSetNames.join(" | ")}; with --task regression ${regressionDataNames.join(" | ")}`,
    // More may be registered by the time that the option is read.
    parse: (flag) => (name) => oneOf([...dataSetNames, ...regressionDataNames])(flag)(name),
  },
  choice("--model", "model", modelNames, "", "resnet20"),
  choice("--method", "method.name", methodNames, "", "standard"),
  choice("--optimizer", "optimizer.name", Object.keys(optimizers), "", "sgd"),
  choice("--schedule", "schedule.name", Object.keys(schedules), "of the learning rate: ", "one-cycle"),
  choice("--task", "task.name", ["classification", "regression"], "what is learnt: ", "classification"),
  {
    ...choice(
      "--output",
      "method.output.name",
      outputNames,
      "what is minimised, with standard options: ",
      "cross-entropy",
    ),
    only: { path: "method.name", is: "anchored", flag: "--method" },
  },
];

/** Lists of transforms are written by their names alone. */
const lists: readonly TrainFlag[] = [
  {
    flag: "--augment",
    value: "<a,b>",
    help: `in this order, with their standard options, of ${augmentations.join(", ")} (crop, flip)`,
    parse: namedList(augmentations),
    path: "augment",
  },
  {
    flag: "--mix",
    value: "<a,b>",
    help: `images of a batch with one another, of ${mixers.join(", ")}; each batch takes one`,
    parse: namedList(mixers),
    path: "mix",
  },
  {
    flag: "--normalization",
    value: "<whose>",
    help: "data | init: statistics that images are normalised by (init where --init is a run)",
    parse: oneOf(["data", "init"]),
    path: "normalization",
  },
];

const fieldsOf = (schemas: Readonly<Record<string, { readonly shape: object }>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, { shape }]) => [name, shape as never]));

/** The fields that each data set has: all share those that are nobody's own. */
const dataFields = () => {
  const own = new Set<string>(dataSetNames.flatMap((name) => dataSetTable[name].options));
  const ofClasses = dataSetNames.map((name) => {
    const options: readonly string[] = dataSetTable[name].options;
    const has = (field: string) => !own.has(field) || options.includes(field);
    return [name, Object.fromEntries(Object.entries(dataOptionFields).filter(([field]) => has(field)))] as const;
  });
  const ofNumbers = regressionDataNames.map((name) => [name, regressionDataTable[name].options.shape] as const);
  return Object.fromEntries([...ofClasses, ...ofNumbers]) as never;
};

/** Every option of `train`, made of the schemas of what has it. Choices first: what follows depends on them. */
export const trainFlags: readonly TrainFlag[] = [
  ...choices,
  ...choiceFlags(dataFields(), "data", "--data"),
  ...choiceFlags(fieldsOf(methodOptionSchemas), "method", "--method"),
  ...schemaFlags(regressionSchema.shape, "task", forRegression),
  ...lists,
  ...choiceFlags(fieldsOf(scheduleOptionSchemas), "schedule", "--schedule"),
  ...choiceFlags(fieldsOf(optimizerOptionSchemas), "optimizer", "--optimizer"),
  ...schemaFlags(withoutChoices(runConfigSchema.shape), ""),
];

/** The config's own fields: those of its parts are made above. */
function withoutChoices({ data, task, method, optimizer, schedule, ...own }: typeof runConfigSchema.shape) {
  return own;
}

/** How the command line takes a flag. */
export function toOption({ flag, value, help, parse, standard }: TrainFlag, withDefault = true): Option {
  const known = withDefault && value && standard !== undefined && typeof standard !== "object";
  const option = new Option(value ? `${flag} ${value}` : flag, help + (known ? ` (default: ${standard})` : ""));
  return parse ? option.argParser(parse(flag)) : option;
}

/** The values that were typed, by the path of the field that they set. */
export function givenFlags(command: Command, flags: readonly TrainFlag[] = trainFlags): Map<string, unknown> {
  const given = new Map<string, unknown>();
  for (const { flag, path, sets } of flags) {
    const option = command.options.find(({ long }) => long === flag)!;
    const key = option.attributeName();
    if (command.getOptionValueSource(key) === "cli") given.set(path, sets ?? command.getOptionValue(key));
  }
  return given;
}
