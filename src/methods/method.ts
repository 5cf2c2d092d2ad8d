import type { numpy as np } from "@jax-js/jax";
import type { Batch, Fed, Random } from "../core/index.ts";
import type { Arrays, Mode, Model } from "../models/index.ts";
import type { Learnt, Task } from "../tasks/index.ts";

/** Sizes of a batch: N examples [C, H, W], each with T target values (K classes, D numbers). */
export interface BatchShape {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** T */
  readonly targetSize: number;
}

/** Normalised references [count, C, H, W]. */
export interface DrawnReferences {
  /** As they are: what is subtracted from the images. */
  readonly clean: Float32Array;
  /** What the network sees beside the residuals: the same array, but where this batch's references are corrupted. */
  readonly shown: Float32Array;
}

/** Draws references with replacement from the reference set, test transform. */
export type DrawReferences = (count: number, random: Random) => DrawnReferences;

/**
 * What a network is shown, and how it predicts; what it learns and what its outputs say is the task's. Host draws and traced
 * functions are kept apart.
 */
export interface Method<OfTask extends Task = Task> {
  readonly name: string;
  /** Whether it compares each image with a reference, and so needs a reference set. */
  readonly anchored: boolean;
  readonly task: OfTask;
  /** Whether `prepare` makes each row of the inputs of the same row of the batch alone, whatever the others hold. */
  readonly rowByRow?: boolean;
  /** Channels of the model's input for images of `imageChannels`. */
  inputChannels(imageChannels: number): number;
  /** Where its network makes tuples of hidden values itself (`ModelOptions.anchorAt`); absent where it makes none. */
  readonly anchorAt?: string;
  /**
   * On the host: a batch, with this method's random draws, as the arrays that `loss` is fed. `progress` is the share of the
   * training that is done, 1 where absent.
   */
  prepare(batch: Batch, shape: BatchShape, random: Random, drawReferences: DrawReferences, progress?: number): Fed;
  /** Traced: what the network sees, [N, I, H, W], of the inputs and shared arrays that `prepare` makes. */
  input(shown: Arrays): Arrays[string];
  /** Traced: the network under what it is shown, of the inputs and shared arrays that `prepare` makes. Consumes its arguments. */
  apply(model: Model, params: Arrays, state: Arrays, shown: Arrays, mode: Mode): ReturnType<Model["apply"]>;
  /**
   * Traced: mean loss over the batch, what the task counts and the moved state. Consumes its arguments. Besides what
   * `prepare` makes it may be fed shared arrays of the task.
   * @param headsOf what the task is given of the network's outputs; by default themselves
   */
  loss(
    model: Model,
    params: Arrays,
    state: Arrays,
    fed: Fed<np.Array>,
    headsOf?: (outputs: np.Array) => Arrays,
  ): [np.Array, Pick<Learnt, "sums"> & { readonly state: Arrays }];
  /**
   * Traced: images [N, C, H, W] → outputs [R, N, O] under R references; R is 1 for methods without. References are
   * [R, 1, C, H, W], shared by all images, or [R, N, C, H, W], one for each. The task says what they mean.
   */
  predict(model: Model, params: Arrays, state: Arrays, images: np.Array, references?: np.Array): np.Array;
}

/** The heads of a network that has one. */
export const oneHead = (outputs: np.Array): Arrays => ({ outputs });
