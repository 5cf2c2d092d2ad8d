import { UserError } from "../../core/index.ts";
import { dataSetEntry, dataSetNames, dataSetTable } from "../../data/index.ts";
import { dataOptionFields } from "../../data/internal.ts";
import { anchoredOptions } from "../../methods/index.ts";
import type { RunConfig } from "../config.ts";
import type { TaskConfig } from "./task-config.ts";

/** As the data set's own file says. */
export const defaultAugment = (dataName: string): RunConfig["augment"] =>
  structuredClone(dataSetEntry(dataName).augment) as RunConfig["augment"];

/** All data sets share the fields that are nobody's own. */
function dataFields(): ReturnType<TaskConfig["dataFields"]> {
  const own = new Set<string>(dataSetNames.flatMap((name) => dataSetTable[name].options));
  const fields = dataSetNames.map((name) => {
    const options: readonly string[] = dataSetTable[name].options;
    const has = (field: string) => !own.has(field) || options.includes(field);
    return [name, Object.fromEntries(Object.entries(dataOptionFields).filter(([field]) => has(field)))] as const;
  });
  return Object.fromEntries(fields) as never;
}

export const classificationConfig: TaskConfig = {
  dataKind: "data set",
  dataNames: dataSetNames,
  dataFields,
  examples: "images",
  withDefaults: (input) => input,
  check({ method, packed, swag, epochs }) {
    if (swag && epochs - Math.floor(swag.from * epochs) < 2)
      throw new UserError(
        `swag.from ${swag.from}: of ${epochs} epochs it leaves fewer than 2 to collect weights of; collect earlier, or train longer`,
      );
    if (packed && method.name !== "standard")
      throw new UserError(
        `method.name ${method.name}: members that config.packed packs into a network learn by method.name standard; use it, or leave config.packed out`,
      );
    const { maskTarget = "label" } = anchoredOptions(method) ?? {};
    const owner = { mean: "regression", empty: "detection" }[maskTarget as string];
    if (owner)
      throw new UserError(`method.maskTarget ${maskTarget}: it belongs to task.name ${owner}; use label or uniform`);
  },
  begin(_, choices) {
    if (choices.has("data.folder") && !choices.has("data.name")) choices.set("data.name", "folder");
  },
  complete(input) {
    input.augment ??= defaultAugment(input.data.name);
  },
};
