import { knownName } from "../core/index.ts";
import type { Model, ModelOptions } from "./model.ts";
import { resnet18, resnet20 } from "./resnet.ts";
import { vitTinyPatch4Depth6 } from "./vision-transformer.ts";
import { wideResnet16x4, wideResnet28x10, wideResnet40x2 } from "./wide-resnet.ts";

export type { Arrays, Model, ModelOptions, Variables } from "./model.ts";
export { resnet18, resnet20 } from "./resnet.ts";
export { vitTinyPatch4Depth6 } from "./vision-transformer.ts";
export { wideResnet16x4, wideResnet28x10, wideResnet40x2 } from "./wide-resnet.ts";

/** Every model by the name that `--model` takes. */
export const models = {
  resnet20,
  resnet18,
  "wideresnet16-4": wideResnet16x4,
  "wideresnet28-10": wideResnet28x10,
  "wideresnet40-2": wideResnet40x2,
  "vit-tiny-patch4-depth6": vitTinyPatch4Depth6,
} satisfies Record<string, (options: ModelOptions) => Model>;

export type ModelName = keyof typeof models;
export const modelNames = Object.keys(models) as ModelName[];

/** @throws UserError for an unknown name, listing the known ones; RangeError for channels, classes or an image size below 1. */
export function createModel(name: string, options: ModelOptions): Model {
  for (const [option, value] of Object.entries(options))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`createModel: ${option} is ${value}; it must be a whole number ≥ 1`);
  return models[knownName("model", name, modelNames)](options);
}
