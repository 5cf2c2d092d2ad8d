import { type HostArray, type HostArrays, isClassifier } from "../core/index.ts";

/** The linear layer that a network ends in: logits = W z + b of its features z [D]. */
export interface LinearClassifier {
  readonly weightName: string;
  /** [K, D] */
  readonly weight: HostArray<"float32">;
  /** Both absent where the network has no bias. */
  readonly biasName?: string;
  /** [K] */
  readonly bias?: HostArray<"float32">;
}

/** `undefined` where the network does not end in one linear layer under timm's or torchvision's names. */
export function classifierOf(params: HostArrays): LinearClassifier | undefined {
  const names = Object.keys(params).filter(isClassifier);
  const weightName = names.find((name) => params[name].shape.length === 2);
  if (!weightName) return undefined;
  const weight = params[weightName] as HostArray<"float32">;
  const biasName = names.find((name) => params[name].shape.length === 1);
  return biasName
    ? { weightName, weight, biasName, bias: params[biasName] as HostArray<"float32"> }
    : { weightName, weight };
}
