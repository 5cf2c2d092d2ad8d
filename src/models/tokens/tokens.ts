import type { Pass } from "../model.ts";

/** Tokens that a vision transformer makes on its way: a class token first, where it has one, then patches row by row. */
export interface Tokens {
  /** T, the class token among them. */
  readonly count: number;
  /** D */
  readonly width: number;
  /** H */
  readonly heads: number;
  readonly classToken: boolean;
  /** Names of the blocks, the first first. */
  readonly layers: readonly string[];
  /**
   * What a block makes of images [N, C, H, W]: its outputs, `hidden` [N, T, D], and the probabilities [N, H, T, T] by which its
   * tokens (rows) took from all. Nothing above the block is computed. Modes and noise as in `Model.encode`.
   * @throws UserError for a name that is no block's
   */
  at(layer: string): Pass<"hidden" | "attention">;
}
