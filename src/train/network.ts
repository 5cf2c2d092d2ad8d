import { createMethod, type Method } from "../methods/index.ts";
import { createModel, type Model } from "../models/index.ts";
import type { RunRecord } from "../run/index.ts";
import { type Classification, classification } from "../tasks/index.ts";

/** The model and method that a run's config names, made for its images. */
export function buildNetwork({ config, data }: RunRecord): { model: Model; method: Method<Classification> } {
  const { stochasticDepth, dropout, packed, embedding } = config;
  const method = packed
    ? createMethod(config.method, classification(undefined, packed.members))
    : createMethod(config.method);
  const inputChannels = method.inputChannels(data.channels);
  // Networks with a weight for every position are made for square images of one size.
  const { classNames, height: imageSize } = data;
  const { anchorAt } = method;
  const options = {
    inputChannels,
    anchorAt,
    classes: method.task.outputCount(classNames.length),
    imageSize,
    stochasticDepth,
    dropout,
    packed,
    embedding,
  };
  return { method, model: createModel(config.model, options) };
}
