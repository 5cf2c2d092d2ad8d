import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray, permutation, type Random } from "../core/index.ts";
import { classification } from "../tasks/index.ts";
import type { Method } from "./method.ts";
import { plainInput } from "./standard.ts";

export interface MimoOptions {
  readonly name: "mimo";
  /** M, at least 2: images that the network sees at once, and its answers. */
  readonly members: number;
  /** Rows of a batch that are one image; they divide the batch. */
  readonly batchRepetitions: number;
  /** ρ: share of a batch's rows in which all members see the same image. */
  readonly inputRepetitionProbability: number;
}

/**
 * Multi-input multi-output networks (Havasi et al., *Training independent subnetworks for robust prediction*, ICLR 2021,
 * section 2): one network sees M images, side by side as channels, and gives M answers, of which each learns its own image;
 * the loss is the sum of theirs. Asked, it is shown one image M times, and its answers are the members of an ensemble.
 * @example
 * const method = mimo({ name: "mimo", members: 3, batchRepetitions: 4, inputRepetitionProbability: 0 });
 * console.log(method.inputChannels(3), method.task.outputCount(10)); // 9 30
 */
export function mimo({ members, inputRepetitionProbability }: MimoOptions): Method {
  const plain = plainInput("mimo", classification(undefined, members));
  return {
    ...plain,
    rowByRow: false,
    inputChannels: (imageChannels) => members * imageChannels,
    prepare({ images, targets, truth }, { count, channels, height, width, targetSize }, random): Fed {
      const rows = rowsOfMembers(count, { members, inputRepetitionProbability }, random);
      const sideBySide = (of: Float32Array) => memberValues(of, rows, count);
      return {
        rows: {
          inputs: {
            images: HostArray.float32([count, members * channels, height, width], sideBySide(images)),
          },
          targets: {
            targets: HostArray.float32([count, members * targetSize], sideBySide(targets)),
            ...(truth && { truth: HostArray.float32([count, members], sideBySide(truth.data as Float32Array)) }),
          },
          noise: {},
        },
        shared: {},
      };
    },
    loss(...given) {
      const [mean, learnt] = plain.loss(...given);
      return [np.multiply(mean, members), learnt];
    },
    predict(model, params, state, images) {
      const copies = Array.from({ length: members }, (_, m) => (m < members - 1 ? images.ref : images));
      return plain.predict(model, params, state, np.concatenate(copies, 1));
    },
  };
}

/**
 * [M][N] which image each member sees in each row: one order of the batch for all, of which each member shuffles the first
 * 1 − ρ by itself (the released code).
 */
function rowsOfMembers(
  count: number,
  { members, inputRepetitionProbability }: Pick<MimoOptions, "members" | "inputRepetitionProbability">,
  random: Random,
): Int32Array[] {
  const order = permutation(count, random);
  const own = Math.floor(count * (1 - inputRepetitionProbability));
  return Array.from({ length: members }, () => {
    const rows = order.slice();
    random.shuffle(rows.subarray(0, own));
    return rows;
  });
}

/** Values [N × S] of a batch → [N × M·S], in each row those of the images that its members see, one after the other. */
function memberValues(values: Float32Array, rows: readonly Int32Array[], count: number): Float32Array {
  const size = values.length / count;
  const side = new Float32Array(rows.length * values.length);
  for (const [m, own] of rows.entries())
    for (const [n, row] of own.entries())
      side.set(values.subarray(row * size, (row + 1) * size), (n * rows.length + m) * size);
  return side;
}
