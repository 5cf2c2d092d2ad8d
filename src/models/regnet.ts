import { nn, numpy as np } from "@jax-js/jax";
import { tuplePlace } from "./anchor-point.ts";
import { isPhotograph } from "./image-stem.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { conv } from "./layers/conv.ts";
import { type Drop, depthRate, dropout, dropPath, noiseOf } from "./layers/drop.ts";
import type { Layer } from "./layers/layer.ts";
import { linear } from "./layers/linear.ts";
import { squeezeExcite } from "./layers/squeeze-excite.ts";
import { allVariables } from "./layers/variables.ts";
import type { Model, ModelOptions } from "./model.ts";
import { modelOf, type Step } from "./model-of.ts";

export interface RegnetVariant {
  /** Channels of each stage. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Channels of a group of the 3×3 convolutions. */
  readonly groupWidth: number;
}

const STEM_WIDTH = 32;
/** Of the channels that come into a block. */
const SQUEEZE_RATIO = 1 / 4;
const HEAD_STD = 0.01;

/** Radosavovic et al. 2020, RegNetY-400MF and -800MF of section 5; timm's `regnety_004` and `regnety_008`. */
export const regnetY400MF = (options: ModelOptions) =>
  regnetY("regnety-400mf", { widths: [48, 104, 208, 440], depths: [1, 3, 6, 6], groupWidth: 8 }, options);
export const regnetY800MF = (options: ModelOptions) =>
  regnetY("regnety-800mf", { widths: [64, 128, 320, 768], depths: [1, 3, 8, 2], groupWidth: 16 }, options);

/**
 * Names as timm's. Photographs are halved by the stem and by each stage, small images by every stage but the first;
 * each residual branch starts at nothing, by the weight 0 of its last BatchNorm (timm's `zero_init_last`).
 */
export function regnetY(
  name: string,
  { widths, depths, groupWidth }: RegnetVariant,
  { inputChannels, classes, imageSize, stochasticDepth = 0, dropout: dropRate = 0, anchorAt }: ModelOptions,
): Model {
  const photograph = isPhotograph(imageSize);
  const stemConv = conv("stem.conv", inputChannels, STEM_WIDTH, { kernel: 3, stride: photograph ? 2 : 1 });
  const stemNorm = batchNorm("stem.bn", STEM_WIDTH);
  const count = depths.reduce((sum, depth) => sum + depth, 0);
  const tuples = tuplePlace(name, { inputChannels, anchorAt }, { depths });
  let index = 0;
  const blocks = widths.flatMap((width, stage) =>
    Array.from({ length: depths[stage] }, (_, i) =>
      block(`s${stage + 1}.b${i + 1}`, {
        inputs: tuples.inputs(1 + index, i > 0 ? width : stage > 0 ? widths[stage - 1] : STEM_WIDTH),
        outputs: width,
        groups: width / groupWidth,
        stride: i === 0 && (stage > 0 || photograph) ? 2 : 1,
        dropRate: depthRate(stochasticDepth, index++, count),
      }),
    ),
  );
  const features = widths[widths.length - 1];
  const headDrop = dropout("head_drop", dropRate, features);
  const head = linear("head.fc", tuples.inputs(2 + count, features), classes, { std: HEAD_STD });

  return modelOf({
    name,
    stemWeight: "stem.conv.weight",
    noise: noiseOf([...blocks.map(({ drop }) => drop), headDrop]),
    layers: [stemConv, stemNorm, ...blocks],
    head,
    stem: (params, images) => stemConv.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    steps: [
      (scope, stemmed) => nn.relu(stemNorm.apply(scope, stemmed)),
      ...blocks.map(({ apply }): Step => apply),
      (scope, x) => headDrop.apply(scope, np.mean(x, [2, 3])),
    ],
    tuples,
  });
}

interface BlockOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly stride: number;
  readonly dropRate: number;
}

/** 1×1, grouped 3×3, squeeze-and-excitation, 1×1, without a bottleneck, beside a shortcut (the paper's Y block). */
function block(name: string, { inputs, outputs, groups, stride, dropRate }: BlockOptions): Layer & { drop: Drop } {
  const normalised = (part: string, from: number, shape: Parameters<typeof conv>[3], start = 1): Layer[] => [
    conv(`${name}.${part}.conv`, from, outputs, shape),
    batchNorm(`${name}.${part}.bn`, outputs, { start }),
  ];
  const [conv1, norm1] = normalised("conv1", inputs, { kernel: 1 });
  const [conv2, norm2] = normalised("conv2", outputs, { kernel: 3, stride, groups });
  const excite = squeezeExcite(`${name}.se`, outputs, Math.round(inputs * SQUEEZE_RATIO));
  const [conv3, norm3] = normalised("conv3", outputs, { kernel: 1 }, 0);
  const downsample = stride === 1 && inputs === outputs ? [] : normalised("downsample", inputs, { kernel: 1, stride });
  const drop = dropPath(`${name}.drop_path`, dropRate);
  return {
    drop,
    ...allVariables([conv1, norm1, conv2, norm2, excite, conv3, norm3, ...downsample]),
    apply(scope, x) {
      const widened = nn.relu(norm1.apply(scope, conv1.apply(scope, x.ref)));
      const mixed = nn.relu(norm2.apply(scope, conv2.apply(scope, widened)));
      const residual = norm3.apply(scope, conv3.apply(scope, excite.apply(scope, mixed)));
      const shortcut = downsample.reduce((value, layer) => layer.apply(scope, value), x);
      return nn.relu(np.add(drop.apply(scope, residual), shortcut));
    },
  };
}
