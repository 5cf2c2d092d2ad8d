import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../core/index.ts";
import { createOutput, minimised, type Output } from "../tasks/classification/outputs/index.ts";
import type { Method } from "./method.ts";

export interface StandardOptions {
  readonly name: "standard";
}

/** Ordinary training: the image itself, cross-entropy or what the task minimises. */
export const standard = (_options: StandardOptions, output?: Output): Method => plainInput("standard", output);

/** The image itself, and any output. */
export const plainInput = (name: string, output: Output = createOutput()): Method => ({
  name,
  anchored: false,
  output,
  inputChannels: (imageChannels) => imageChannels,
  prepare: ({ images, targets }, { count, channels, height, width, targetSize }) => ({
    images: HostArray.float32([count, channels, height, width], images),
    targets: HostArray.float32([count, targetSize], targets),
  }),
  input: ({ images }) => images,
  loss(model, params, state, { targets, warmStart, ...shown }) {
    const { logits: outputs, state: moved } = model.apply(params, state, this.input(shown), "train");
    const { loss, logits } = minimised(this.output, outputs, targets, warmStart);
    return [loss, { logits, state: moved }];
  },
  predict: (model, params, state, images) => np.expandDims(model.apply(params, state, images, "predict").logits, 0),
});
