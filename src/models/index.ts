import { UserError } from "../core/index.ts";
import { knownName, registerEntry } from "../core/internal.ts";
import { airbench94 } from "./airbench.ts";
import { mlp128x4 } from "./mlp.ts";
import type { Model, ModelOptions } from "./model.ts";
import { regnetY400MF, regnetY800MF } from "./regnet.ts";
import { resnet18, resnet20, resnet34, resnet50 } from "./resnet.ts";
import { swinV2Base, swinV2Small, swinV2Tiny } from "./swin-v2.ts";
import { deitSmall, deitTiny, vitBase, vitSmall, vitTiny, vitTinyPatch4Depth6 } from "./vision-transformer.ts";
import { wideResnet16x4, wideResnet28x2, wideResnet28x10, wideResnet40x2 } from "./wide-resnet.ts";

export { type TuplePlace, tuplePlace } from "./anchor-point.ts";
export type { LinearClassifier } from "./classifier.ts";
export {
  type Activation,
  activationNames,
  type ClipFacts,
  type ClipImageSize,
  type ClipOptions,
  type ClipSize,
  type ClipTextSize,
  clip,
  clipOfTensors,
  clipSizes,
  createDualEncoder,
  type DualEncoder,
  type DualEncoderName,
  dualEncoderNames,
  type ImageTower,
  type TextTower,
  type Tower,
  type TransformerSize,
  type WithWeights,
} from "./dual-encoder/index.ts";
export {
  allVariables,
  attention,
  type BatchNormOptions,
  batchNorm,
  type ConvOptions,
  conv,
  type Drop,
  depthRate,
  dropout,
  dropPath,
  gelu,
  type Layer,
  type LayerNormOptions,
  type LayerVariables,
  type LinearOptions,
  layerNorm,
  linear,
  type MaxPoolOptions,
  maxPool,
  meanOverRanks,
  mlpBlock,
  noiseOf,
  patchEmbedding,
  type Scope,
  type Shapes,
  squeezeExcite,
  type VariableSpec,
  variables,
  type WindowAttentionOptions,
  windowAttention,
} from "./layers/index.ts";
export { type MlpVariant, mlp } from "./mlp.ts";
export {
  type AnchorPoint,
  type Arrays,
  isTraining,
  type Mode,
  type Model,
  type ModelOptions,
  type Noise,
  type Pass,
  type Variables,
} from "./model.ts";
export { type ModelParts, modelOf, type Step, withoutHead } from "./model-of.ts";
export type { PackedOptions } from "./packed.ts";

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
  const { stochasticDepth = 0, dropout = 0, anchorAt: _, packed, ...sizes } = options;
  for (const [option, value] of Object.entries(sizes))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`createModel: ${option} is ${value}; it must be a whole number ≥ 1`);
  const model = models[knownName("model", name, modelNames)](options);
  if ((options.anchorAt ?? "input") !== "input" && !model.anchorPoint)
    throw new UserError(`method.anchorAt ${options.anchorAt}: ${name} can be anchored at input`);
  if (packed && !model.members)
    throw new UserError(`config.packed: ${name} packs no members; use a resnet or wideresnet, or leave it out`);
  const noise = Object.values(model.noise ?? {});
  for (const [option, rate, known] of [
    ["config.stochasticDepth", stochasticDepth, noise.some(({ shape }) => shape.length === 0)],
    ["config.dropout", dropout, noise.some(({ shape }) => shape.length > 0)],
  ] as const) {
    if (!(rate >= 0 && rate < 1)) throw new UserError(`${option} ${rate}: outside [0, 1); it is a share, e.g. 0.1`);
    if (rate > 0 && !known) throw new UserError(`${option} ${rate}: ${name} has none; leave it out`);
  }
  return model;
}
