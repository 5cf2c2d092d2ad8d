/**
 * How a traced function says that a value is to be replaced by its mean over the ranks of a group: it flips so many leading
 * axes of length 1. That is a primitive of jax-js, computes nothing, is its own transpose as the mean is, and nobody else
 * writes it. `models` writes it, `engine` reads it.
 */
export const FLIPPED_FOR_MEAN = 6;
