import type { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { Random, UserError } from "../core/index.ts";
import { ArraySpec, compile } from "../engine/index.ts";
import { type Arrays, createModel, type ModelName, models } from "./index.ts";
import { parameterCount, testModel } from "./testing.ts";

/** jax-js would take minutes for their gradients; each is a variant of a network that is tested. */
const variants: readonly ModelName[] = ["wideresnet28-10", "wideresnet40-2"];
const tested = (Object.keys(models) as ModelName[]).filter((name) => !variants.includes(name));

describe.each(tested)("%s", (name) => testModel(name));

// PyTorch's counts of the same networks: torchvision's blocks with projection shortcuts, the Wide ResNets of
// Zagoruyko and Komodakis's table 4, timm's VisionTransformer without a class token.
test.each([
  ["resnet20", 3, 10, 272_474],
  ["resnet20", 6, 10, 272_906],
  ["resnet18", 3, 10, 11_173_962],
  ["wideresnet16-4", 3, 10, 2_748_890],
  ["wideresnet28-10", 3, 10, 36_479_194],
  ["wideresnet40-2", 3, 10, 2_243_546],
  ["vit-tiny-patch4-depth6", 3, 10, 2_693_194],
] as const)("%s with %i channels and %i classes has %i parameters", (name, inputChannels, classes, count) => {
  expect(parameterCount(createModel(name, { inputChannels, classes }))).toBe(count);
});

test("an unknown name is refused with the known ones", () => {
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow(UserError);
  expect(() => createModel("resnet21", { inputChannels: 3, classes: 10 })).toThrow("known: resnet20, resnet18");
  expect(() => createModel("resnet20", { inputChannels: 0, classes: 10 })).toThrow("inputChannels is 0");
});

test("a vision transformer refuses images of another size", async () => {
  const model = createModel("vit-tiny-patch4-depth6", { inputChannels: 3, classes: 10 });
  const { params, state } = model.init(new Random(0));
  const predict = (p: Arrays, s: Arrays, x: np.Array) => model.apply(p, s, x, "predict").logits;
  const compiled = compile(predict, [params, state, new ArraySpec([1, 3, 28, 28])]);
  await expect(compiled).rejects.toThrow("images are 28×28, its positions are for 32×32");
  expect(() => createModel(model.name, { inputChannels: 3, classes: 10, imageSize: 30 })).toThrow("imageSize is 30");
});
