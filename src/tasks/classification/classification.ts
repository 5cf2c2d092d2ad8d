import { lax, nn, numpy as np } from "@jax-js/jax";
import type { Predictions } from "../../core/index.ts";
import type { Arrays } from "../../models/index.ts";
import type { Learnt, Task } from "../task.ts";
import { varianceOf } from "../variance.ts";
import { logMeanProbabilities, memberRows } from "./members.ts";
import { createOutput, logScores, minimised, type Output, type OutputOptions } from "./outputs/index.ts";
import { accuracyOf, meanNll } from "./scores.ts";

/** One class of K for each image. */
export interface Classification extends Task<Predictions> {
  /** What is minimised of a network's outputs, and how they are read. */
  readonly output: Output;
  /** M: answers to an image that a pass through the network gives, each a member's; 1 for most networks. */
  readonly members: number;
}

/**
 * The task of learning classes; T = O = K, and O = M·K for a network of M members. Its truth are labels [N], its sum is `correct`. `combine` reads outputs by
 * `outputAnchor` [K], where they are read relative to one, into `logits` [N, K], their mean over R references, and, if R ≥ 2,
 * `uncertainty` [N, K], the std over R (divisor R − 1) of their sigmoids, as `combineReferences` has it.
 * Members learn by cross-entropy, the loss is the mean over them, and so is `correct`; their answer is that of a deep
 * ensemble, the mean of their probabilities, as `combineMembers` has it.
 * @param options what is minimised: cross-entropy where absent
 * @param members M
 * @example createMethod({ name: "standard" }, classification({ name: "mse-onehot", warmStartEpochs: 0 }));
 */
export function classification(options?: OutputOptions, members = 1): Classification {
  const output = createOutput(options);
  const { reading } = output;
  if (members > 1 && reading)
    throw new TypeError(`${output.name}: outputs of ${members} members are read as logits alone`);
  return {
    name: "classification",
    minimises: output.name,
    couples: reading?.anchor !== undefined,
    warmStartEpochs: output.warmStartEpochs,
    output,
    members,
    outputCount: (classes) => members * classes,
    neutral: (classes) => 1 / classes,
    loss({ outputs: given }, of, { warmStart }): Learnt {
      const { outputs, targets, truth } =
        members > 1 ? memberRows(given, of, members) : ({ outputs: given, ...of } as Arrays);
      const { loss, logits } = minimised(output, outputs, targets, warmStart);
      if (truth) {
        const correct = correctCount(lax.stopGradient(logits), truth);
        return { loss, sums: { correct: members > 1 ? np.divide(correct, members) : correct } };
      }
      logits.dispose();
      return { loss, sums: {} };
    },
    means: ({ correct }, examples) => (correct === undefined ? {} : { accuracy: correct / examples }),
    combine(outputs, { outputAnchor }): Arrays {
      if (members > 1) return { logits: logMeanProbabilities(outputs, members) };
      const logits = reading ? logScores(reading.scores(outputs, outputAnchor)) : outputs;
      const [count] = logits.shape;
      const mean = np.mean(logits.ref, 0);
      if (count > 1) return { logits: mean, uncertainty: np.sqrt(varianceOf(nn.sigmoid(logits))) };
      logits.dispose();
      return { logits: mean };
    },
    score: (predictions) => ({ validationAccuracy: accuracyOf(predictions), validationLoss: meanNll(predictions) }),
  };
}

/** Traced: in how many rows of logits [N, K] the first of the largest is at the label, of labels [N]. */
function correctCount(logits: np.Array, labels: np.Array): np.Array {
  const predicted = np.argmax(logits, -1).astype(np.float32);
  return np.sum(np.equal(predicted, labels).astype(np.float32));
}
