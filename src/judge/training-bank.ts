import { type ImageSet, imageCount, permutation, Random, subset } from "../core/index.ts";

/** Images of the training that others are compared with, at most. */
export const BANK_SIZE = 50_000;

/**
 * The training images that foreign ones are told from by their features: all, without augmentation; of more than `size`
 * so many, always the same ones.
 */
export function trainingBank(train: ImageSet, size = BANK_SIZE): ImageSet {
  if (imageCount(train) <= size) return train;
  return subset(train, permutation(imageCount(train), new Random("training features")).subarray(0, size).sort());
}
