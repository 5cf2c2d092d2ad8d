import type { HostArray } from "../core/host-array.ts";
import { flattenTree } from "./jax-backend.ts";

/** The tree `T` with `Result` in place of every `HostArray`. */
export type MappedTree<T, Result> = T extends HostArray ? Result : { [Key in keyof T]: MappedTree<T[Key], Result> };

/**
 * The same tree with every array replaced, e.g. an optimizer's memory:
 * `mapTree(params, ({ shape }) => HostArray.zeros(shape))`.
 */
export function mapTree<T, Result>(tree: T, fn: (array: HostArray) => Result): MappedTree<T, Result> {
  const [leaves, rebuild] = flattenTree<HostArray>(tree);
  return rebuild(leaves.map((leaf) => fn(leaf)));
}
