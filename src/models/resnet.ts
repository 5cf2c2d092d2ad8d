import { nn, numpy as np } from "@jax-js/jax";
import { tuplePlace } from "./anchor-point.ts";
import { isPhotograph } from "./image-stem.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { conv } from "./layers/conv.ts";
import { type Drop, depthRate, dropout, dropPath, noiseOf } from "./layers/drop.ts";
import type { Layer } from "./layers/layer.ts";
import { maxPool } from "./layers/max-pool.ts";
import { allVariables } from "./layers/variables.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";
import { packing } from "./packed.ts";

export interface ResnetVariant {
  /** Channels of each stage (of a bottleneck's 3×3 convolution); every stage but the first halves the size. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Times the channels of a block, in its output; 1 is a basic block, more a bottleneck. */
  readonly expansion?: number;
  /** Made for small images alone: never the stem for photographs. */
  readonly small?: boolean;
}

/** He et al. 2016, section 4.2 (CIFAR), with projection shortcuts (option B) as in timm and torchvision. */
export const resnet20 = (options: ModelOptions) =>
  resnet("resnet20", { widths: [16, 32, 64], depths: [3, 3, 3], small: true }, options);

const WIDTHS = [64, 128, 256, 512];

/** He et al. 2016, table 1; as timm's, the stride of a bottleneck is in its 3×3 convolution. */
export const resnet18 = (options: ModelOptions) =>
  resnet("resnet18", { widths: WIDTHS, depths: [2, 2, 2, 2] }, options);
export const resnet34 = (options: ModelOptions) =>
  resnet("resnet34", { widths: WIDTHS, depths: [3, 4, 6, 3] }, options);
export const resnet50 = (options: ModelOptions) =>
  resnet("resnet50", { widths: WIDTHS, depths: [3, 4, 6, 3], expansion: 4 }, options);

/**
 * Names as timm's and torchvision's. Photographs meet the published stem (7×7, stride 2, max-pool), small images that
 * of CIFAR: 3×3, stride 1, no max-pool. A bottleneck's branch starts at nothing, by the weight 0 of its last BatchNorm
 * (timm's `zero_init_last`; Goyal et al. 2017, section 5.1); basic blocks start as torchvision's.
 */
export function resnet(
  name: string,
  { widths: published, depths, expansion = 1, small = false }: ResnetVariant,
  { inputChannels, classes, imageSize, stochasticDepth = 0, dropout: dropRate = 0, anchorAt, packed }: ModelOptions,
): Model {
  const { members, groups, width: packedWidth, head: lastLayer } = packing(packed);
  const widths = published.map(packedWidth);
  const photograph = !small && isPhotograph(imageSize);
  const stemConv = conv("conv1", inputChannels, widths[0], photograph ? { kernel: 7, stride: 2 } : { kernel: 3 });
  const stemNorm = batchNorm("bn1", widths[0]);
  const count = depths.reduce((sum, depth) => sum + depth, 0);
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { depths });
  let inputs = widths[0];
  let index = 0;
  const blocks = widths.flatMap((width, stage) =>
    Array.from({ length: depths[stage] }, (_, i) => {
      const block = residualBlock(`layer${stage + 1}.${i}`, {
        inputs: tuples.inputs(1 + index, inputs),
        width,
        expansion,
        groups,
        stride: i === 0 && stage > 0 ? 2 : 1,
        dropRate: depthRate(stochasticDepth, index++, count),
      });
      inputs = width * expansion;
      return block;
    }),
  );
  const headDrop = dropout("head_drop", dropRate, inputs);
  const last = lastLayer("fc", tuples.inputs(2 + count, inputs), classes);

  return modelOf({
    name,
    members,
    stemWeight: "conv1.weight",
    noise: noiseOf([...blocks.map(({ drop }) => drop), headDrop]),
    layers: [stemConv, stemNorm, ...blocks],
    ...last,
    stem: (params, images) => stemConv.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    steps: [
      (scope, stemmed) => {
        const activated = nn.relu(stemNorm.apply(scope, stemmed));
        return photograph ? maxPool(activated, 3, { stride: 2, padding: 1 }) : activated;
      },
      ...blocks.map(({ apply }): Step => apply),
      (scope, x) => headDrop.apply(scope, np.mean(x, [2, 3])),
    ],
    tuples,
    levels: widths.map((width, stage) => ({
      after: 1 + depths.slice(0, stage + 1).reduce((sum, depth) => sum + depth, 0),
      channels: width * expansion,
      stride: (photograph ? 4 : 1) * 2 ** stage,
    })),
  });
}

interface BlockOptions {
  readonly inputs: number;
  readonly width: number;
  readonly expansion: number;
  /** Of every convolution. */
  readonly groups: number;
  readonly stride: number;
  readonly dropRate: number;
}

/**
 * Two 3×3 convolutions, or 1×1, 3×3, 1×1, beside a shortcut: the identity where shapes agree, else 1×1 convolution and
 * BatchNorm.
 */
function residualBlock(
  name: string,
  { inputs, width, expansion, groups, stride, dropRate }: BlockOptions,
): Layer & { drop: Drop } {
  const outputs = width * expansion;
  const shapes =
    expansion === 1
      ? [
          { kernel: 3, stride },
          { kernel: 3, stride: 1 },
        ]
      : [
          { kernel: 1, stride: 1 },
          { kernel: 3, stride },
          { kernel: 1, stride: 1 },
        ];
  const branch = shapes.flatMap((shape, i) => {
    const isLast = i === shapes.length - 1;
    const channels = isLast ? outputs : width;
    return [
      conv(`${name}.conv${i + 1}`, i === 0 ? inputs : width, channels, { ...shape, groups }),
      batchNorm(`${name}.bn${i + 1}`, channels, { start: isLast && expansion > 1 ? 0 : 1 }),
    ];
  });
  const downsample =
    stride === 1 && inputs === outputs
      ? []
      : [
          conv(`${name}.downsample.0`, inputs, outputs, { kernel: 1, stride, groups }),
          batchNorm(`${name}.downsample.1`, outputs),
        ];
  const drop = dropPath(`${name}.drop_path`, dropRate);
  return {
    drop,
    ...allVariables([...branch, ...downsample]),
    apply(scope, x) {
      const residual = branch.reduce((value, layer, i) => {
        const y = layer.apply(scope, value);
        return i % 2 === 1 && i < branch.length - 1 ? nn.relu(y) : y;
      }, x.ref);
      const shortcut = downsample.reduce((value, layer) => layer.apply(scope, value), x);
      return nn.relu(np.add(drop.apply(scope, residual), shortcut));
    },
  };
}
