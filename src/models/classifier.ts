import type { HostArray, HostArrays } from "../core/index.ts";
import type { Model } from "./model.ts";

/** The linear layer that a network ends in: logits = W z + b of its features z [D], times its logit scale. */
export interface LinearClassifier {
  readonly weightName: string;
  /** [K, D] */
  readonly weight: HostArray<"float32">;
  /** Both absent where the network has no bias. */
  readonly biasName?: string;
  /** [K] */
  readonly bias?: HostArray<"float32">;
}

/** Of these parameters of the model. */
export function classifierOf({ head }: Pick<Model, "head">, params: HostArrays): LinearClassifier {
  const [weightName, biasName] = [2, 1].map((rank) => head.find((name) => params[name].shape.length === rank));
  const weight = params[weightName!] as HostArray<"float32">;
  return biasName
    ? { weightName: weightName!, weight, biasName, bias: params[biasName] as HostArray<"float32"> }
    : { weightName: weightName!, weight };
}
