import { blockedFunctions } from "./blocked-functions.ts";
import { channelAffine } from "./channel-affine.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";
import { constants } from "./constants.ts";
import { convolutionGradients } from "./convolution-gradients.ts";
import { dataMovement } from "./data-movement.ts";
import { deadCode } from "./dead-code.ts";
import { gelu } from "./gelu.ts";
import { layerNorm } from "./layer-norm.ts";
import { matrixProducts } from "./matrix-products.ts";
import { maxPool } from "./max-pool.ts";
import type { Pass } from "./pass.ts";
import { relu } from "./relu.ts";
import { topK } from "./top-k.ts";
import { virtualBroadcasts } from "./virtual-broadcasts.ts";

/**
 * All passes; within each hook they are asked in this order.
 * @example
 * for (const { name } of passes) console.log(name); // in their order
 */
export const passes: readonly Pass[] = [
  deadCode,
  virtualBroadcasts,
  matrixProducts,
  maxPool,
  convolutionGradients,
  gelu,
  channelAffine,
  blockedFunctions,
  relu,
  layerNorm,
  topK,
  constants,
  dataMovement,
  commonSubexpressions,
];

export type { Pass } from "./pass.ts";
