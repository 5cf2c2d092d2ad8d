import { nn, numpy as np } from "@jax-js/jax";
import { conv } from "../layers/conv.ts";
import type { Layer } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { squeezeExcite } from "../layers/squeeze-excite.ts";
import { allVariables } from "../layers/variables.ts";
import type { CreateConnector } from "./connector.ts";
import { patchesOf, pooledPatches, sidesOf } from "./pooled.ts";
import { projection } from "./projection.ts";

const DEPTH = 3;
const SQUEEZE_RATIO = 1 / 4;

/**
 * Honeybee's C-Abstractor (Cha et al., CVPR 2024) as AcFormer's code has it, without its position embedding: blocks of convolutions,
 * adaptive average pooling, blocks of convolutions, a projection. It reads patches alone, and gives K tokens. Blocks are named
 * as timm's `RegStage`: `name.0.net.0.b1`, …, `name.0.net.2.b1`, …
 */
export const cAbstractor: CreateConnector = (name, options) => {
  const { tower, count, depth = DEPTH } = options;
  const { side, across } = sidesOf(options);
  const stage = (at: number) =>
    Array.from({ length: depth }, (_, i) => block(`${name}.0.net.${at}.b${i + 1}`, tower.width));
  const [before, after] = [stage(0), stage(2)];
  const project = projection(name, 1, options);
  const asMap = (x: np.Array, size: number) => np.transpose(np.reshape(x, [-1, size, size, tower.width]), [0, 3, 1, 2]);
  const asTokens = (x: np.Array, size: number) =>
    np.reshape(np.transpose(x, [0, 2, 3, 1]), [-1, size * size, tower.width]);
  return {
    ...allVariables([...before, ...after, project]),
    outputs: count,
    apply(scope, { hidden }) {
      const through = (blocks: readonly Layer[], x: np.Array) =>
        blocks.reduce((value, layer) => layer.apply(scope, value), x);
      const patches = asTokens(through(before, asMap(patchesOf(hidden, options), side)), side);
      const pooled = pooledPatches(patches, options);
      return project.apply(scope, asTokens(through(after, asMap(pooled, across)), across));
    },
  };
};

/** RegNet's block (Radosavovic et al. 2020) of depthwise 3×3 convolutions, with layer norms over channels and SiLU. */
function block(name: string, width: number): Layer {
  const normalised = (part: string, shape: Parameters<typeof conv>[3]): [Layer, Layer] => [
    conv(`${name}.${part}.conv`, width, width, shape),
    layerNorm(`${name}.${part}.bn`, width),
  ];
  const [conv1, norm1] = normalised("conv1", { kernel: 1 });
  const [conv2, norm2] = normalised("conv2", { kernel: 3, groups: width });
  const excite = squeezeExcite(`${name}.se`, width, Math.round(width * SQUEEZE_RATIO), nn.silu);
  const [conv3, norm3] = normalised("conv3", { kernel: 1 });
  return {
    ...allVariables([conv1, norm1, conv2, norm2, excite, conv3, norm3]),
    apply(scope, x) {
      const step = (layer: Layer, norm: Layer, value: np.Array) =>
        np.transpose(norm.apply(scope, np.transpose(layer.apply(scope, value), [0, 2, 3, 1])), [0, 3, 1, 2]);
      const widened = nn.silu(step(conv1, norm1, x.ref));
      const mixed = nn.silu(step(conv2, norm2, widened));
      return nn.silu(np.add(step(conv3, norm3, excite.apply(scope, mixed)), x));
    },
  };
}
