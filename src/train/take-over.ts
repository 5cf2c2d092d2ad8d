import { anchoredOptions } from "../methods/index.ts";
import type { RunConfig, RunRecord } from "../run/index.ts";

/** What a run that starts from another one takes over where it says nothing else. */
export interface TakenOver {
  readonly model: RunConfig["model"];
  readonly method: RunConfig["method"];
  readonly packed?: RunConfig["packed"];
  readonly embedding?: RunConfig["embedding"];
  /** Pixels; absent where the images are not square. */
  readonly imageSize?: number;
}

/**
 * What the weights of a run are made for. References come from the new images again, unless they are asked for elsewhere,
 * and a tied start is one of fresh weights: neither is taken over.
 * @example
 * const { model, method, imageSize } = takenOver(readInitRun("runs/pretrained")); // what fine-tuning keeps
 */
export function takenOver({
  config: { model, method, packed, embedding },
  data: { height, width },
}: RunRecord): TakenOver {
  const anchored = anchoredOptions(method);
  return {
    model,
    method: anchored
      ? { ...anchored, ...("referenceSource" in anchored && { referenceSource: "new", tiedStart: false }) }
      : method,
    ...(packed && { packed }),
    ...(embedding !== undefined && { embedding }),
    ...(height === width && { imageSize: height }),
  };
}
