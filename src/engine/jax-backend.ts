import { type Device, defaultDevice, init, numpy as np, tree } from "@jax-js/jax";
import type { HostArray } from "../core/host-array.ts";

/** Any nesting of plain objects and arrays with leaves of type `Leaf`. */
export type Tree<Leaf> = Leaf | Tree<Leaf>[] | { [key: string]: Tree<Leaf> };

/**
 * Initialises one of jax-js's own backends and makes it the default. Tracing needs one (constants live there) but
 * computes nothing on it. Idempotent.
 */
export async function useJaxBackend(device: Extract<Device, "cpu" | "wasm">): Promise<void> {
  // jax-js looks for navigator.gpu; Node 20 has no navigator.
  (globalThis as { navigator?: unknown }).navigator ??= {};
  await init(device);
  defaultDevice(device);
}

/** Leaves in insertion order of keys, with what is needed to put them back. Class instances are leaves. */
export const flattenTree = <Leaf>(value: unknown): [Leaf[], (leaves: unknown[]) => any] => {
  const [leaves, structure] = tree.flatten(value as never);
  return [leaves as Leaf[], (replacements) => tree.unflatten(structure as never, replacements as never)];
};

/** To trace: a tree of host arrays as constants. */
export function asConstants(tree: unknown): unknown {
  const [leaves, rebuild] = flattenTree<HostArray>(tree);
  return rebuild(
    leaves.map(({ data, shape, dtype }) =>
      np.array(
        // jax-js keeps a bool in 32 bits.
        (dtype === "bool" ? Int32Array.from(data) : data) as never,
        { shape: [...shape], dtype: dtype as never },
      ),
    ),
  );
}
