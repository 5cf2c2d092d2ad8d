import { numpy as np } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../core/index.ts";
import { type Arrays, type Variables, withoutHead } from "../models/index.ts";
import { classifierOf } from "../models/internal.ts";
import type { RunRecord } from "../run/index.ts";
import { buildNetwork } from "../train/internal.ts";

/**
 * To trace: normalised images [N, C, H, W] → `logits` [R, N, K] under each reference of [R, 1, C, H, W] (R is 1 for methods
 * without), and `features` [R, N, F], what the classifier reads (times the logit scale, where the network has one).
 * Weights and references become constants. The logits are the classifier's of those features.
 */
export function predictionFunction(
  { config, data }: RunRecord,
  { params, state }: Variables,
  references: HostArray | undefined,
): (images: Arrays[string]) => Record<"logits" | "features", Arrays[string]> {
  const { model, method } = buildNetwork({ config, data });
  const { weight, bias } = classifierOf(model, params);
  const [classes, features] = weight.shape;
  const encoder = withoutHead(model);
  const others = Object.fromEntries(Object.entries(params).filter(([name]) => !model.head.includes(name)));
  return (images) => {
    const fed = references && constant(references);
    const read = method.predict(encoder, constants(others), constants(state), images, fed);
    const [count, batch] = read.shape;
    const rows = np.reshape(read.ref, [count * batch, features]);
    const products = np.matmul(rows, np.transpose(constant(weight), [1, 0]));
    const logits = bias ? np.add(products, constant(bias)) : products;
    return { logits: np.reshape(logits, [count, batch, classes]), features: read };
  };
}

const constant = ({ data, shape }: HostArray): np.Array =>
  np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] });
const constants = (arrays: HostArrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, constant(array)]));
