import { nn, numpy as np } from "@jax-js/jax";
import { tuplePlace } from "./anchor-point.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { conv } from "./layers/conv.ts";
import { type Drop, depthRate, dropout, dropPath, noiseOf } from "./layers/drop.ts";
import type { Layer } from "./layers/layer.ts";
import { allVariables } from "./layers/variables.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";
import { packing } from "./packed.ts";

export interface WideResnetVariant {
  /** Convolutions on the longest path, 6n + 4 for n blocks in each of the three groups. */
  readonly depth: number;
  /** Times the channels of a CIFAR ResNet, 16, 32 and 64. */
  readonly widening: number;
}

export const wideResnet16x4 = (options: ModelOptions) => wideResnet({ depth: 16, widening: 4 }, options);
export const wideResnet28x2 = (options: ModelOptions) => wideResnet({ depth: 28, widening: 2 }, options);
export const wideResnet28x10 = (options: ModelOptions) => wideResnet({ depth: 28, widening: 10 }, options);
export const wideResnet40x2 = (options: ModelOptions) => wideResnet({ depth: 40, widening: 2 }, options);

/**
 * WRN-depth-k: Zagoruyko and Komodakis 2016, table 1, with basic blocks B(3, 3). Dropout is before the classifier, as in
 * the other networks, not between a block's convolutions, where it would want a mask as large as the feature maps. timm has
 * none for small images; the names are those of the weights published for CIFAR (`block1.layer.0.convShortcut.weight`).
 */
export function wideResnet(
  { depth, widening }: WideResnetVariant,
  { inputChannels, classes, stochasticDepth = 0, dropout: dropRate = 0, anchorAt, packed }: ModelOptions,
): Model {
  const { members, groups, width, head: lastLayer } = packing(packed);
  const blocksPerGroup = (depth - 4) / 6;
  const widths = [16, 16 * widening, 32 * widening, 64 * widening].map(width);
  const name = `wideresnet${depth}-${widening}`;
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { depths: [1, 2, 3].map(() => blocksPerGroup) });
  const stem = conv("conv1", inputChannels, widths[0], { kernel: 3 });
  const blocks = [1, 2, 3].flatMap((group) =>
    Array.from({ length: blocksPerGroup }, (_, i) => {
      const index = (group - 1) * blocksPerGroup + i;
      const inputs = tuples.inputs(1 + index, widths[i === 0 ? group - 1 : group]);
      return preActivationBlock(`block${group}.layer.${i}`, {
        inputs,
        outputs: widths[group],
        groups,
        stride: i === 0 && group > 1 ? 2 : 1,
        dropRate: depthRate(stochasticDepth, index, 3 * blocksPerGroup),
      });
    }),
  );
  const headDrop = dropout("head_drop", dropRate, widths[3]);
  const finalNorm = batchNorm("bn1", widths[3]);
  const last = lastLayer("fc", tuples.inputs(2 + blocks.length, widths[3]), classes);

  return modelOf({
    stemWeight: "conv1.weight",
    name,
    members,
    noise: noiseOf([...blocks.map(({ drop }) => drop), headDrop]),
    layers: [stem, ...blocks, finalNorm],
    ...last,
    stem: (params, images) => stem.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    steps: [
      (_, stemmed) => stemmed,
      ...blocks.map(({ apply }): Step => apply),
      (scope, x) => headDrop.apply(scope, np.mean(nn.relu(finalNorm.apply(scope, x)), [2, 3])),
    ],
    tuples,
  });
}

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Of every convolution. */
  readonly groups: number;
  readonly stride: number;
  readonly dropRate: number;
}

/**
 * BatchNorm and ReLU before each of two 3×3 convolutions. The shortcut is the untouched input where shapes agree, else
 * a 1×1 convolution of the activated one (He et al. 2016b, section 4.1, and the authors' code).
 */
function preActivationBlock(
  name: string,
  { inputs, outputs, groups, stride, dropRate }: BlockOptions,
): Layer & { drop: Drop } {
  const bn1 = batchNorm(`${name}.bn1`, inputs);
  const conv1 = conv(`${name}.conv1`, inputs, outputs, { kernel: 3, stride, groups });
  const bn2 = batchNorm(`${name}.bn2`, outputs);
  const conv2 = conv(`${name}.conv2`, outputs, outputs, { kernel: 3, groups });
  const projection =
    stride === 1 && inputs === outputs
      ? undefined
      : conv(`${name}.convShortcut`, inputs, outputs, { kernel: 1, stride, groups });
  const drop = dropPath(`${name}.drop_path`, dropRate);
  return {
    drop,
    ...allVariables([bn1, conv1, bn2, conv2, ...(projection ? [projection] : [])]),
    apply(scope, x) {
      const shortcut = projection ? undefined : x.ref;
      const activated = nn.relu(bn1.apply(scope, x));
      const hidden = nn.relu(bn2.apply(scope, conv1.apply(scope, projection ? activated.ref : activated)));
      const residual = drop.apply(scope, conv2.apply(scope, hidden));
      return np.add(residual, shortcut ?? projection!.apply(scope, activated));
    },
  };
}
