/** What other rooms need of this one and a user does not. */

export { airbench94 } from "./airbench.ts";
export { classifierOf } from "./classifier.ts";
export { CLASSIFICATION_HEAD } from "./dual-encoder/cosine-classifier.ts";
export { isNoParameter } from "./dual-encoder/key-formats.ts";
export { activationOf, clipNamed, isClip } from "./dual-encoder/table.ts";
export { headOnly } from "./head-only.ts";
export { batchNormParameters } from "./layers/batch-norm.ts";
export { drawNoise, keep, predictingIn, synchronized, withNoise } from "./model.ts";
export { withFeatures } from "./model-of.ts";
export { regnetY400MF } from "./regnet.ts";
export { resnet20 } from "./resnet.ts";
export { tupleOf } from "./steps.ts";
export { choosePatches } from "./tokens/rules.ts";
export { vitTiny } from "./vision-transformer.ts";
export { wideResnet16x4 } from "./wide-resnet.ts";
