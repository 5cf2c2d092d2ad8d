import { describe, expect, test } from "vitest";
import { UserError } from "../core/index.ts";
import { createModel, type ModelName, models } from "./index.ts";
import { parameterCount, testModel } from "./testing.ts";

describe.each(Object.keys(models) as ModelName[])("%s", (name) => testModel(name));

// PyTorch's counts of the same networks with projection shortcuts.
test.each([
  ["resnet20", 3, 10, 272_474],
  ["resnet20", 6, 10, 272_906],
  ["resnet18", 3, 10, 11_173_962],
] as const)("%s with %i channels and %i classes has %i parameters", (name, inputChannels, classes, count) => {
  expect(parameterCount(createModel(name, { inputChannels, classes }))).toBe(count);
});

test("an unknown name is refused with the known ones", () => {
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow(UserError);
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow("known: resnet20, resnet18");
  expect(() => createModel("resnet20", { inputChannels: 0, classes: 10 })).toThrow("inputChannels is 0");
});
