import { UserError } from "../core/index.ts";
import { knownName, registerEntry } from "../core/internal.ts";
import { airbench94 } from "./airbench.ts";
import { cosineClassifier } from "./dual-encoder/cosine-classifier.ts";
import { prefixed } from "./dual-encoder/prefixed.ts";
import { type ClipName, clipClassifiers, clipTowerOf, clipVariants, isClip } from "./dual-encoder/table.ts";
import { mlp128x4 } from "./mlp.ts";
import type { Model, ModelOptions } from "./model.ts";
import { regnetY400MF, regnetY800MF } from "./regnet.ts";
import { resnet18, resnet20, resnet34, resnet50 } from "./resnet.ts";
import { swinV2Base, swinV2Small, swinV2Tiny } from "./swin-v2.ts";
import { deitSmall, deitTiny, vitBase, vitSmall, vitTiny, vitTinyPatch4Depth6 } from "./vision-transformer.ts";
import { wideResnet16x4, wideResnet28x2, wideResnet28x10, wideResnet40x2 } from "./wide-resnet.ts";

/**
 * Every model by the name that `--model` takes.
 * @example
 * const model = models.resnet18({ inputChannels: 3, classes: 10, imageSize: 32 });
 */
export const models = {
  resnet20,
  resnet18,
  resnet34,
  resnet50,
  airbench94,
  "wideresnet16-4": wideResnet16x4,
  "wideresnet28-2": wideResnet28x2,
  "wideresnet28-10": wideResnet28x10,
  "wideresnet40-2": wideResnet40x2,
  "regnety-400mf": regnetY400MF,
  "regnety-800mf": regnetY800MF,
  "vit-tiny-patch4-depth6": vitTinyPatch4Depth6,
  "vit-tiny": vitTiny,
  "vit-small": vitSmall,
  "vit-base": vitBase,
  "deit-tiny": deitTiny,
  "deit-small": deitSmall,
  "swinv2-tiny": swinV2Tiny,
  "swinv2-small": swinV2Small,
  "swinv2-base": swinV2Base,
  mlp: mlp128x4,
  ...clipClassifiers,
} satisfies Record<string, (options: ModelOptions) => Model>;

export type ModelName = keyof typeof models;
/**
 * Those of the table and of `registerModel`.
 * @example
 * console.log(modelNames.join(", "));
 */
export const modelNames = Object.keys(models) as ModelName[];

/**
 * Makes a model of the user's own known by name, here and to `--model`.
 * @param create the model of given channels and classes; docs/adding-a-model.md says what it must be
 * @throws UserError for a name that is taken
 * @example
 * registerModel("tiny-mlp", (options) => mlp("tiny-mlp", { width: 32, depth: 2 }, options));
 * resolveConfig({ data: { name: "mnist" }, model: "tiny-mlp" });
 */
export const registerModel = (name: string, create: (options: ModelOptions) => Model): void =>
  registerEntry<(options: ModelOptions) => Model>("model", models, modelNames, name, create);

/**
 * A model by its name.
 * @throws UserError for an unknown name, listing the known ones; RangeError for channels, classes or an image size below 1.
 * @example
 * const model = createModel("resnet20", { inputChannels: 3, classes: 10, imageSize: 32 });
 * const { params, state } = model.init(new Random("weights", 0));
 */
export function createModel(name: string, options: ModelOptions): Model {
  const { embedding, ...others } = options;
  checkSizes(options);
  if (embedding === undefined) return createNetwork(name, others);
  if (isClip(name)) {
    requireOwnEmbedding(name, embedding);
    return createNetwork(name, others);
  }
  const { anchorAt = "input", packed } = options;
  if (anchorAt !== "input") throw new UserError(`method.anchorAt ${anchorAt}: an image tower can be anchored at input`);
  if (packed) throw new UserError("config.packed: an image tower packs no members; leave it out");
  return cosineClassifier(createTower(name, { ...others, embedding }), options.classes, embedding);
}

/**
 * A model as an image tower: its logits are embeddings [N, d]. Names of others than CLIP's begin with `visual.`, too, as
 * open_clip's do.
 * @throws as `createModel`
 */
export function createTower(
  name: string,
  { embedding, ...options }: Omit<ModelOptions, "classes" | "packed" | "anchorAt"> & { readonly embedding: number },
): Model {
  if (!isClip(name)) return prefixed(createNetwork(name, { ...options, classes: embedding }), "visual.");
  requireOwnEmbedding(name, embedding);
  const tower = clipTowerOf(name, options);
  checkRates(name, tower, options);
  return tower;
}

function requireOwnEmbedding(name: ClipName, embedding: number): void {
  const own = clipVariants[name].size.embedding;
  if (embedding !== own) throw new UserError(`config.embedding ${embedding}: that of ${name} is ${own}; leave it out`);
}

function createNetwork(name: string, options: ModelOptions): Model {
  const { anchorAt = "input", packed } = options;
  const model = models[knownName("model", name, modelNames)](options);
  if (anchorAt !== "input" && !model.anchorPoint)
    throw new UserError(`method.anchorAt ${anchorAt}: ${name} can be anchored at input`);
  if (packed && !model.members)
    throw new UserError(`config.packed: ${name} packs no members; use a resnet or wideresnet, or leave it out`);
  checkRates(name, model, options);
  return model;
}

function checkSizes({ inputChannels, classes, imageSize, embedding }: ModelOptions): void {
  for (const [option, value] of Object.entries({ inputChannels, classes, imageSize, embedding }))
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      throw new RangeError(`createModel: ${option} is ${value}; it must be a whole number ≥ 1`);
}

function checkRates(
  name: string,
  model: Model,
  { stochasticDepth = 0, dropout = 0 }: Pick<ModelOptions, "stochasticDepth" | "dropout">,
): void {
  const noise = Object.values(model.noise ?? {});
  for (const [option, rate, known] of [
    ["config.stochasticDepth", stochasticDepth, noise.some(({ shape }) => shape.length === 0)],
    ["config.dropout", dropout, noise.some(({ shape }) => shape.length > 0)],
  ] as const) {
    if (!(rate >= 0 && rate < 1)) throw new UserError(`${option} ${rate}: outside [0, 1); it is a share, e.g. 0.1`);
    if (rate > 0 && !known) throw new UserError(`${option} ${rate}: ${name} has none; leave it out`);
  }
}
