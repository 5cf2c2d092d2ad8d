import type { ScoredBlock } from "./scored-block.ts";

/** `make`, which is called once a block however often it is asked; what it made goes with the block. */
export function perBlock<T>(make: (block: ScoredBlock) => T): (block: ScoredBlock) => T {
  const made = new WeakMap<ScoredBlock, { readonly value: T }>();
  return (block) => {
    const known = made.get(block) ?? { value: make(block) };
    made.set(block, known);
    return known.value;
  };
}
