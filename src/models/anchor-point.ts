import { UserError } from "../core/index.ts";
import type { ModelOptions } from "./model.ts";

/** How many steps a network has in each part. */
export interface NetworkParts {
  /** Blocks of each stage, for a network of one step, then its blocks, then a last step. */
  readonly depths?: readonly number[];
  /** All steps of a network without stages. */
  readonly steps?: number;
}

/** Where tuples arise in a network that is being made. */
export interface TuplePlace {
  /** How many of its steps lie below the tuples of hidden values; absent where tuples, if any, are of images. */
  readonly after?: number;
  /** Channels of an image. */
  readonly channels: number;
  /** How many values the layer behind so many steps is fed, of `values`: twice as many where tuples of them arrive. */
  inputs(steps: number, values: number): number;
}

/**
 * Where a network of these parts is anchored. `stem` is behind its first step, `stage:k` behind stage k, `features` behind
 * all steps. Behind the last stage only a mean follows, which is linear: there, `features` is the point.
 * @throws UserError for a point that the network has not, listing those that it has
 * @example tuplePlace("resnet20", { inputChannels: 3, anchorAt: "stage:1" }, { depths: [3, 3, 3] }).after; // 4
 */
export function tuplePlace(
  name: string,
  { inputChannels, anchorAt = "input" }: Pick<ModelOptions, "inputChannels" | "anchorAt">,
  parts: NetworkParts,
): TuplePlace {
  const points: Readonly<Record<string, number | undefined>> = { input: undefined, ...pointsOf(parts) };
  if (!Object.hasOwn(points, anchorAt))
    throw new UserError(`method.anchorAt ${anchorAt}: ${name} can be anchored at ${Object.keys(points).join(", ")}`);
  const after = points[anchorAt];
  return { after, channels: inputChannels, inputs: (steps, values) => (steps === after ? 2 * values : values) };
}

function pointsOf({ depths, steps }: NetworkParts): Readonly<Record<string, number>> {
  if (!depths) return { features: steps! };
  let below = 1;
  const stages = depths.slice(0, -1).map((depth, i) => {
    below += depth;
    return [`stage:${i + 1}`, below] as const;
  });
  return { stem: 1, ...Object.fromEntries(stages), features: 2 + depths.reduce((sum, depth) => sum + depth, 0) };
}
