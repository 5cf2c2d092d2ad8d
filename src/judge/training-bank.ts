import { type ImageSet, imageCount, permutation, Random, subset } from "../core/index.ts";

/** Images of the training that others are compared with, at most. */
export const BANK_SIZE = 50_000;

/**
 * The training images that foreign ones are told from by their features: all, without augmentation; of more than `size`
 * so many, always the same ones.
 */
export function trainingBank(train: ImageSet, size = BANK_SIZE): ImageSet {
  return imageCount(train) <= size ? train : subset(train, bankRows(train, size));
}

/** Which training images those are, rising; a smaller bank is a part of every larger one. */
export const bankRows = (train: ImageSet, size: number): Int32Array =>
  permutation(imageCount(train), new Random("training features")).subarray(0, size).sort();
