import type { numpy as np } from "@jax-js/jax";
import type { Arrays } from "../models/index.ts";
import type { TrainingMeans, ValidationScores } from "./measures.ts";

/** What a step minimises and what it counts, each a float32 scalar. */
export interface Learnt {
  /** Mean over the batch. */
  readonly loss: np.Array;
  /** Sums over the examples of the batch, by name; none where the truth is not fed. */
  readonly sums: Arrays;
}

/** Sums of a step or an epoch, on the host. */
export type Sums = Readonly<Record<string, number>>;

/** What validation says of one set of weights. */
export interface Scores extends ValidationScores {
  /** Mean negative log likelihood, nats; of a regression what it minimises. */
  readonly validationLoss: number;
}

/**
 * All that knows what a target is: what a network gives, what is minimised, counted and stored of it, and how validation
 * scores it. Models and methods do not know it. N examples have T target values each, and the network gives O numbers for
 * an example.
 */
export interface Task<Answers = never> {
  /** As `--task` takes it: a name of the table in `tasks/index.ts`. */
  readonly name: string;
  /** What is minimised, as messages name it: `cross-entropy`, `oat`, `gaussian`. */
  readonly minimises: string;
  /** Whether examples of a batch see one another in the loss, so that a part of a batch is not what the batch is. */
  readonly couples: boolean;
  /** Epochs at the start in which something else is minimised (`shared.warmStart` is 1); may be a fraction. */
  readonly warmStartEpochs: number;
  /** O of the network's head, for T target values. */
  outputCount(targetSize: number): number;
  /** What each of the T entries of a masked example's target is, where it is trained toward nothing in particular. */
  neutral(targetSize: number): number;
  /**
   * Traced: what the heads give → what is minimised, and what is counted. Of a network with one head that is `outputs` [N, O]; of
   * two towers `image` and `text`, see `contrastive`. `targets.targets` [N, T] is learnt, `targets.truth` [N, …],
   * where it is fed, is what predictions are counted against; `shared.warmStart` is a scalar of tasks with a warm start.
   */
  loss(heads: Arrays, targets: Arrays, shared: Arrays): Learnt;
  /** What the log says of so many examples. A mean is absent where its sum is. */
  means(sums: Sums, examples: number): TrainingMeans;
  /** Traced: outputs [R, N, O] under R references → what is kept of them, [N, …]. `by` is what they are read by, see each task. */
  combine(outputs: np.Array, by: Arrays): Arrays;
  /** What validation says of the answers on a set, which hold its targets. */
  score(answers: Answers): Scores;
}
