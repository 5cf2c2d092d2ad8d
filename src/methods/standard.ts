import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../core/index.ts";
import { softmaxCrossEntropy } from "./cross-entropy.ts";
import type { Method } from "./method.ts";

export interface StandardOptions {
  readonly name: "standard";
}

/** Ordinary training: the image itself, cross-entropy. */
export const standard = (_options: StandardOptions): Method => ({
  name: "standard",
  anchored: false,
  inputChannels: (imageChannels) => imageChannels,
  prepare: ({ images, targets }, { count, channels, height, width, classes }) => ({
    images: HostArray.float32([count, channels, height, width], images),
    targets: HostArray.float32([count, classes], targets),
  }),
  input: ({ images }) => images,
  loss(model, params, state, { targets, ...shown }) {
    const { logits, state: moved } = model.apply(params, state, this.input(shown), "train");
    return [softmaxCrossEntropy(logits.ref, targets), { logits, state: moved }];
  },
  predict: (model, params, state, images) => np.expandDims(model.apply(params, state, images, "predict").logits, 0),
});
