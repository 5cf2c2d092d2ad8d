import { regressionDataNames, regressionDataTable } from "../data/index.ts";
import { fourierSchema, regressionSchema } from "../tasks/index.ts";
import { oneOf } from "./numbers.ts";
import { schemaFlags } from "./schema-flags.ts";
import type { TrainFlag } from "./train-flags.ts";

const forRegression = { path: "task.name", is: "regression", flag: "--task" };

/** Options of regressions: of the task, and of the data sets whose targets are numbers, each once. */
export const regressionFlags: readonly TrainFlag[] = [
  {
    flag: "--task",
    value: "<name>",
    help: "what is learnt: classification | regression (default: classification)",
    parse: oneOf(["classification", "regression"]),
    path: "task.name",
  },
  ...schemaFlags(regressionSchema, "task", forRegression),
  ...schemaFlags(fourierSchema, "task.fourier", forRegression),
  ...dataFlags(),
];

function dataFlags(): TrainFlag[] {
  const flags = new Map<string, TrainFlag & { readonly names: string[] }>();
  for (const name of regressionDataNames)
    for (const flag of schemaFlags(regressionDataTable[name].options, "data")) {
      const known = flags.get(flag.flag);
      if (known) known.names.push(name);
      else flags.set(flag.flag, { ...flag, names: [name] });
    }
  return [...flags.values()].map(({ names, ...flag }) => ({
    ...flag,
    only: { path: "data.name", is: names, flag: "--data" },
  }));
}
