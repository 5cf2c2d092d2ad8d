import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { augmentationsFromJson, mixersFromJson, standardOptions } from "./index.ts";
import { augmentationTable, mixerTable, optionNames } from "./internal.ts";

describe.each([
  ["augmentation", augmentationTable, augmentationsFromJson],
  ["mixer", mixerTable, mixersFromJson],
] as const)("%s", (_, table, fromJson) => {
  test.each(Object.keys(table))("%s takes the options that it has, and refuses any other in one line", (name) => {
    const made = table[name](standardOptions(name)).options as Readonly<Record<string, number>>;
    const make = (options: Readonly<Record<string, number>>) => fromJson([{ name, options }]);
    expect(optionNames(table, name)).toEqual(Object.keys(made));
    expect(make(made)[0].options).toEqual(made);
    // Beside those that it needs, and alone: the misspelt name comes before what is missing for it.
    for (const needed of [standardOptions(name), {}])
      expect(() => make({ ...needed, alfa: 1 })).toThrow(
        new UserError(
          `${name}: unknown option "alfa"; ${name === "flip" ? "it has none" : `known: ${Object.keys(made).join(", ")}`}`,
        ),
      );
  });
});
