import { nn, numpy as np } from "@jax-js/jax";
import type { HostArrays } from "../core/index.ts";
import { batchNorm } from "./layers/batch-norm.ts";
import { conv } from "./layers/conv.ts";
import type { Layer } from "./layers/layer.ts";
import { linear } from "./layers/linear.ts";
import { type Arrays, type Model, type ModelOptions, modelOf } from "./model.ts";

interface Variant {
  /** Channels of each stage; every stage but the first halves the size. */
  readonly widths: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
}

/** He et al. 2016, section 4.2 (CIFAR), with projection shortcuts (option B) as in timm and torchvision. */
export const resnet20 = (options: ModelOptions) =>
  resnet("resnet20", { widths: [16, 32, 64], depths: [3, 3, 3] }, options);

/** He et al. 2016, table 1, with the CIFAR stem: 3×3, stride 1, no max-pool. */
export const resnet18 = (options: ModelOptions) =>
  resnet("resnet18", { widths: [64, 128, 256, 512], depths: [2, 2, 2, 2] }, options);

function resnet(name: string, { widths, depths }: Variant, { inputChannels, classes }: ModelOptions): Model {
  const stemConv = conv("conv1", inputChannels, widths[0], { kernel: 3 });
  const stemNorm = batchNorm("bn1", widths[0]);
  const blocks = widths.flatMap((width, stage) =>
    Array.from({ length: depths[stage] }, (_, i) => {
      const inputs = i > 0 ? width : widths[Math.max(0, stage - 1)];
      return basicBlock(`layer${stage + 1}.${i}`, inputs, width, i === 0 && stage > 0 ? 2 : 1);
    }),
  );
  const head = linear("fc", widths[widths.length - 1], classes);

  return modelOf({
    name,
    stemWeight: "conv1.weight",
    init(random) {
      const params: HostArrays = {};
      const state: HostArrays = {};
      for (const layer of [stemConv, stemNorm, ...blocks, head]) layer.init(random, params, state);
      return { params, state };
    },
    stem: (params, images) => stemConv.apply({ params, state: {}, moved: {}, mode: "predict" }, images),
    trunk(params, state, features, mode) {
      const moved: Arrays = {};
      const scope = { params, state, moved, mode };
      let x = nn.relu(stemNorm.apply(scope, features));
      for (const block of blocks) x = block.apply(scope, x);
      const logits = head.apply(scope, np.mean(x, [2, 3]));
      return { logits, state: moved };
    },
  });
}

/** Two 3×3 convolutions beside a shortcut: the identity where shapes agree, else 1×1 convolution and BatchNorm. */
function basicBlock(name: string, inputs: number, outputs: number, stride: number): Layer {
  const conv1 = conv(`${name}.conv1`, inputs, outputs, { kernel: 3, stride });
  const bn1 = batchNorm(`${name}.bn1`, outputs);
  const conv2 = conv(`${name}.conv2`, outputs, outputs, { kernel: 3 });
  const bn2 = batchNorm(`${name}.bn2`, outputs);
  const downsample =
    stride === 1 && inputs === outputs
      ? []
      : [
          conv(`${name}.downsample.0`, inputs, outputs, { kernel: 1, stride }),
          batchNorm(`${name}.downsample.1`, outputs),
        ];
  return {
    init(random, params, state) {
      for (const layer of [conv1, bn1, conv2, bn2, ...downsample]) layer.init(random, params, state);
    },
    apply(scope, x) {
      const hidden = nn.relu(bn1.apply(scope, conv1.apply(scope, x.ref)));
      const residual = bn2.apply(scope, conv2.apply(scope, hidden));
      const shortcut = downsample.reduce((value, layer) => layer.apply(scope, value), x);
      return nn.relu(np.add(residual, shortcut));
    },
  };
}
