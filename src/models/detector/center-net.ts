import { nn, numpy as np } from "@jax-js/jax";
import { type HostArrays, UserError } from "../../core/index.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { conv } from "../layers/conv.ts";
import type { Layer } from "../layers/layer.ts";
import { upsample } from "../layers/upsample.ts";
import { allVariables, variables } from "../layers/variables.ts";
import type { Model } from "../model.ts";
import { composed } from "../model-of.ts";

/**
 * Pixels of the image that a cell of the detector's maps is wide.
 * @example
 * const cells = 64 / CENTER_NET_STRIDE; // 16 on each side
 */
export const CENTER_NET_STRIDE = 4;
/** What a centre is believed at first, of the released code: a share of 0.1. */
const FIRST_HEAT = -2.19;
/** Channels of the neck and of each head's hidden layer, as the released code has them behind ResNets. */
const WIDTH = 64;

export interface CenterNetOptions {
  /** K */
  readonly classes: number;
  /** Pixels on each side of the images: a multiple of the widest cell of the body's maps. */
  readonly imageSize: number;
}

/**
 * A detector that finds objects by their centres (Zhou et al. 2019, *Objects as Points*, section 3) on a network that gives maps:
 * its last map is brought to cells of 4 pixels by doublings, each a convolution, BatchNorm and ReLU (Xiao et al. 2018 have
 * transposed convolutions there), and read by three heads of a hidden layer each: `hm`, `reg` and `wh` as the released code calls
 * them. Its outputs [N, (K + 4)·h·w] are maps [K + 4, h, w] of imageSize / 4 cells on each side, one after the other: heat of each
 * class as logits, offset x and y of the centre within its cell, width and height, all in cells.
 * @throws UserError for a network without maps, maps that are wider than a cell, or sides that do not divide
 * @example
 * const body = createModel("resnet18", { inputChannels: 3, classes: 1, imageSize: 64 });
 * const detector = centerNet(body, { classes: 20, imageSize: 64 }); // images [N, 3, 64, 64] → [N, 24 · 16 · 16]
 */
export function centerNet(body: Model, { classes, imageSize }: CenterNetOptions): Model {
  const { maps, head: ownHead, biases, noise, embeddings, frozen } = body;
  const last = maps?.levels.at(-1);
  if (!maps || !last)
    throw new UserError(`config.model ${body.name}: it gives no maps, which a detector reads; use a resnet`);
  if (last.stride < CENTER_NET_STRIDE)
    throw new UserError(
      `config.model ${body.name}: its last map has cells of ${last.stride} pixels; a detector needs 4`,
    );
  if (imageSize % last.stride !== 0)
    throw new UserError(
      `data.imageSize ${imageSize}: ${body.name} halves it until a cell is ${last.stride} pixels; use a multiple of ${last.stride}`,
    );
  const doublings = Array.from({ length: Math.log2(last.stride / CENTER_NET_STRIDE) }, (_, i) => [
    conv(`up.${i}.conv`, i === 0 ? last.channels : WIDTH, WIDTH, { kernel: 3 }),
    batchNorm(`up.${i}.bn`, WIDTH),
  ]);
  const inputs = doublings.length > 0 ? WIDTH : last.channels;
  const heads = [mapHead("hm", inputs, classes, FIRST_HEAT), mapHead("reg", inputs, 2, 0), mapHead("wh", inputs, 2, 0)];
  const own = allVariables([...doublings.flat(), ...heads]);
  const withoutOwnHead = <T>(arrays: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(arrays).filter(([name]) => !ownHead.includes(name)));
  const cells = (imageSize / CENTER_NET_STRIDE) ** 2;

  return composed({
    name: body.name,
    stemWeight: body.stemWeight,
    stem: body.stem,
    noise,
    embeddings,
    frozen,
    biases: [...(biases ?? []).filter((name) => !ownHead.includes(name)), ...own.biases],
    head: [],
    featureCount: (classes + 4) * cells,
    init(random) {
      const { params, state } = body.init(random);
      const all: HostArrays = withoutOwnHead(params);
      own.init(random, all, state);
      return { params: all, state };
    },
    shapes() {
      const { params, state } = body.shapes();
      return {
        params: { ...withoutOwnHead(params), ...own.shapes.params },
        state: { ...state, ...own.shapes.state },
      };
    },
    encode(params, state, stemmed, mode, noise) {
      const isOwn = (name: string) => name in own.shapes.params || name in own.shapes.state;
      const [ours, theirs] = [true, false].map((own) =>
        [params, state].map((all) => Object.fromEntries(Object.entries(all).filter(([name]) => isOwn(name) === own))),
      );
      const { last: lastMap, state: moved } = maps.encode(theirs[0], theirs[1], stemmed, mode, noise);
      const scope = { params: ours[0], state: ours[1], moved: {}, mode };
      const map = doublings.reduce(
        (x, [convolve, normalise]) => nn.relu(normalise.apply(scope, convolve.apply(scope, upsample(x, 2)))),
        lastMap,
      );
      const outputs = heads.map((head, i) => head.apply(scope, i < heads.length - 1 ? map.ref : map));
      const joined = np.concatenate(outputs, 1);
      return {
        features: np.reshape(joined, [joined.shape[0], (classes + 4) * cells]),
        state: { ...moved, ...scope.moved },
      };
    },
    classify: (_, features) => features,
  });
}

/** 3×3 convolution, ReLU, 1×1 convolution: [N, I, h, w] → [N, O, h, w]; `name.0` and `name.2`, as the released code has them. */
function mapHead(name: string, inputs: number, outputs: number, start: number): Layer {
  const bias = (part: string, channels: number, value: number) =>
    variables([{ name: `${name}.${part}.bias`, shape: [channels], start: value, role: "bias" }]);
  const hidden = conv(`${name}.0`, inputs, WIDTH, { kernel: 3 });
  const last = conv(`${name}.2`, WIDTH, outputs, { kernel: 1, start: (random) => 0.001 * random.normal() });
  const added = (map: np.Array, values: np.Array) => np.add(map, np.reshape(values, [1, -1, 1, 1]));
  return {
    ...allVariables([hidden, bias("0", WIDTH, 0), last, bias("2", outputs, start)]),
    apply(scope, x) {
      const inner = nn.relu(added(hidden.apply(scope, x), scope.params[`${name}.0.bias`]));
      return added(last.apply(scope, inner), scope.params[`${name}.2.bias`]);
    },
  };
}
