import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../core/index.ts";
import { classification, type Task } from "../tasks/index.ts";
import { type Method, oneHead } from "./method.ts";

export interface StandardOptions {
  readonly name: "standard";
}

/**
 * Ordinary training: the image itself, and what the task minimises.
 * @example
 * const method = standard({ name: "standard" });
 * console.log(method.inputChannels(3)); // 3: the image itself
 */
export const standard = (_options: StandardOptions, task?: Task): Method => plainInput("standard", task);

/** The image itself, and any task. */
export const plainInput = (name: string, task: Task = classification()): Method => ({
  name,
  anchored: false,
  task,
  rowByRow: true,
  inputChannels: (imageChannels) => imageChannels,
  prepare: ({ images, targets, truth }, { count, channels, height, width, targetSize }) => ({
    rows: {
      inputs: { images: HostArray.float32([count, channels, height, width], images) },
      targets: { targets: HostArray.float32([count, targetSize], targets), ...(truth && { truth }) },
      noise: {},
    },
    shared: {},
  }),
  input: ({ images }) => images,
  apply(model, params, state, shown, mode) {
    return model.apply(params, state, this.input(shown), mode);
  },
  loss(model, params, state, { rows: { inputs, targets }, shared }, headsOf = oneHead) {
    const { logits: outputs, state: moved } = this.apply(model, params, state, inputs, "train");
    const { loss, sums } = this.task.loss(headsOf(outputs), targets, shared);
    return [loss, { sums, state: moved }];
  },
  predict: (model, params, state, images) => np.expandDims(model.apply(params, state, images, "predict").logits, 0),
});
