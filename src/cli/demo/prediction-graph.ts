import { numpy as np } from "@jax-js/jax";
import { HostArray, type HostArrays, isClassifier } from "../../core/index.ts";
import type { Arrays, Variables } from "../../models/index.ts";
import { buildNetwork, type RunRecord } from "../../train/index.ts";

/** The last layer of a network, as timm and torchvision name it: weight [K, F] and bias [K]. */
export interface Head {
  readonly weightName: string;
  readonly biasName: string;
  readonly weight: HostArray<"float32">;
  /** Zeros where the network has none. */
  readonly bias: HostArray<"float32">;
}

/** `undefined` where the network does not end in one linear layer of a known name. */
export function headOf(params: HostArrays): Head | undefined {
  const weightName = Object.keys(params).find((name) => isClassifier(name) && name.endsWith(".weight"));
  if (!weightName || params[weightName].shape.length !== 2) return undefined;
  const biasName = weightName.replace(/weight$/, "bias");
  const weight = params[weightName] as HostArray<"float32">;
  const bias = (params[biasName] ?? HostArray.zeros([weight.shape[0]])) as HostArray<"float32">;
  return { weightName, biasName, weight, bias };
}

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
  const head = headOf(params);
  if (!head) throw new TypeError(`${config.model}: its last layer is not linear`);
  const { weightName, biasName, weight, bias } = head;
  const [classes, features] = weight.shape;
  const classNames = Array.from({ length: features }, (_, i) => String(i));
  const { model, method } = buildNetwork({ config, data: { ...data, classNames } });
  return (images) => {
    const without = { ...params };
    delete without[weightName];
    delete without[biasName];
    const traced = constants(without);
    traced[weightName] = np.eye(features);
    if (params[biasName]) traced[biasName] = np.zeros([features]);
    const fed = references && constant(references);
    const read = method.predict(model, traced, constants(state), images, fed);
    const [count, batch] = read.shape;
    const rows = np.reshape(read.ref, [count * batch, features]);
    const logits = np.add(np.matmul(rows, np.transpose(constant(weight), [1, 0])), constant(bias));
    return { logits: np.reshape(logits, [count, batch, classes]), features: read };
  };
}

const constant = ({ data, shape }: HostArray): np.Array =>
  np.array(data as Float32Array<ArrayBuffer>, { shape: [...shape] });
const constants = (arrays: HostArrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, constant(array)]));
