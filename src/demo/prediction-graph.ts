import { numpy as np } from "@jax-js/jax";
import type { HostArray, HostArrays } from "../core/index.ts";
import { type Arrays, classifierOf, type Variables } from "../models/index.ts";
import { buildNetwork, type RunRecord } from "../train/index.ts";

/**
 * To trace: normalised images [N, C, H, W] → `logits` [R, N, K] under each reference of [R, 1, C, H, W] (R is 1 for methods
 * without), and `features` [R, N, F], what the classifier reads. Weights and references become constants. The features
 * are the logits of the same network with the identity for a classifier, so that a network needs no further function;
 * the logits are then the classifier's of those features.
 */
export function predictionFunction(
  { config, data }: RunRecord,
  { params, state }: Variables,
  references: HostArray | undefined,
): (images: Arrays[string]) => Record<"logits" | "features", Arrays[string]> {
  const classifier = classifierOf(params);
  if (!classifier) throw new TypeError(`${config.model}: its last layer is not linear`);
  const { weightName, biasName, weight, bias } = classifier;
  const [classes, features] = weight.shape;
  const classNames = Array.from({ length: features }, (_, i) => String(i));
  const { model, method } = buildNetwork({ config, data: { ...data, classNames } });
  return (images) => {
    const { [weightName]: _weight, [biasName ?? ""]: _bias, ...others } = params;
    const traced = constants(others);
    traced[weightName] = np.eye(features);
    if (biasName) traced[biasName] = np.zeros([features]);
    const fed = references && constant(references);
    const read = method.predict(model, traced, constants(state), images, fed);
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
