import { numpy as np } from "@jax-js/jax";
import { UserError } from "../../core/index.ts";
import type { ConnectorOptions } from "./connector.ts";

/** Patches of a side, and tokens of a side that they become. @throws UserError where either number is no square */
export function sidesOf({ tower, count }: ConnectorOptions): { readonly side: number; readonly across: number } {
  const patches = tower.count - Number(tower.classToken);
  const [side, across] = [Math.sqrt(patches), Math.sqrt(count)];
  if (!Number.isInteger(side) || !Number.isInteger(across) || across > side)
    throw new UserError(`options.count ${count}: ${patches} patches are pooled into a smaller square, 1, 4, 9, …`);
  return { side, across };
}

/** Patches' tokens [N, P, D], without the class token. Leaves `hidden` alive. */
export const patchesOf = (hidden: np.Array, { tower }: Pick<ConnectorOptions, "tower">): np.Array =>
  tower.classToken ? np.split(hidden.ref, [1], 1)[1] : hidden.ref;

/**
 * Means of patches [N, P, D] → [N, K, D], as PyTorch's `AdaptiveAvgPool2d`: cell i of a side reaches from ⌊i·S/A⌋ to
 * ⌈(i + 1)·S/A⌉; where A divides S these are equal blocks.
 */
export function pooledPatches(patches: np.Array, options: ConnectorOptions): np.Array {
  const { side, across } = sidesOf(options);
  const cells = Array.from({ length: across }, (_, i) => {
    const [from, to] = [Math.floor((i * side) / across), Math.ceil(((i + 1) * side) / across)];
    return Array.from({ length: side }, (_, at) => (at >= from && at < to ? 1 / (to - from) : 0));
  });
  const weights = cells.flatMap((row) => cells.map((column) => row.flatMap((r) => column.map((c) => r * c))));
  // Of three axes: jax-js takes a product of two and three axes for another.
  return np.matmul(np.array([weights]), patches);
}

/** The class token, where there is one, and pooled patches: [N, K + 1, D]. Leaves `hidden` alive. */
export const pooledTokens =
  (options: ConnectorOptions) =>
  ({ hidden }: { readonly hidden: np.Array }): np.Array => {
    const pooled = pooledPatches(patchesOf(hidden, options), options);
    return options.tower.classToken ? np.concatenate([np.split(hidden.ref, [1], 1)[0], pooled], 1) : pooled;
  };
