import { numpy as np } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../core/index.ts";
import { knownScore, type RunVerdict, verdictArrays } from "../judge/internal.ts";
import { type Arrays, type Variables, withoutHead } from "../models/index.ts";
import { classifierOf } from "../models/internal.ts";
import type { RunRecord } from "../run/index.ts";
import { buildNetwork } from "../train/internal.ts";

/**
 * To trace: normalised images [N, C, H, W] → `logits` [R, N, K] under each reference of [R, 1, C, H, W] (R is 1 for methods
 * without), and `features` [R, N, F], what the classifier reads (times the logit scale, where the network has one).
 * Weights and references become constants. The logits are the classifier's of those features. With a verdict also its
 * `knownScore`.
 */
export function predictionFunction(
  { config, data }: RunRecord,
  { params, state }: Variables,
  references: HostArray | undefined,
  verdict?: RunVerdict,
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
    const outputs = { logits: np.reshape(logits, [count, batch, classes]), features: read };
    if (!verdict) return outputs;
    const combined = [outputs.logits, outputs.features].map((each) => np.mean(each.ref, 0));
    const graph = { parts: verdict.fitted.parts, nearest: verdict.nearest !== undefined };
    const by = constants(verdictArrays(verdict.fitted, verdict.nearest));
    return { ...outputs, ...knownScore(graph, combined[0], combined[1], by) };
  };
}

const constant = ({ data, shape }: HostArray): np.Array =>
  np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] });
const constants = (arrays: HostArrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, constant(array)]));
