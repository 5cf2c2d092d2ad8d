import { lax, numpy as np } from "@jax-js/jax";
import type { Predictions } from "../../core/index.ts";
import { ofUnitLength } from "../../models/index.ts";
import { accuracyOf, meanNll } from "../classification/scores.ts";
import type { Learnt, Task } from "../task.ts";
import { contrastiveLoss } from "./contrastive-loss.ts";
import type { ContrastiveOptions } from "./options.ts";

/**
 * The task of putting images and texts that belong together into one place. Its heads are `image` and `text` [N, d], of length 1,
 * and the scalar `scale`, see `ContrastedPairs`; with a `captionWeight` λ also `caption` [N, d], and λ times the loss of images
 * and captions is added, with a `retrievedWeight` also `retrievedImage` and `retrievedText` [N, d], and so much times the loss of
 * these; in both each pair is a class of its own (ARF, Han et al., CVPR 2024). T = 1, a pair's class. Its sum is `matched`: images whose own text is the
 * likeliest of the batch. Validation scores the zero-shot classifier that the texts of the classes make. `combine` gives `points`
 * [N, d] of length 1: the mean direction under R references.
 * @example createMethod({ name: "standard" }, contrastive({ sameClass: "positive" }));
 */
export function contrastive({
  sameClass = "negative",
  captionWeight = 0,
  retrievedWeight = 0,
}: Partial<ContrastiveOptions> = {}): Task<Predictions> {
  return {
    name: "contrastive",
    minimises: "contrastive",
    couples: true,
    warmStartEpochs: 0,
    outputCount() {
      throw new TypeError("contrastive: how many numbers an embedding has, the dual encoder says");
    },
    neutral() {
      throw new TypeError("contrastive: a pair whose reference is masked is learnt as any other; use maskTarget label");
    },
    loss({ image, text, caption, retrievedImage, retrievedText, scale }, { targets }): Learnt {
      const count = image.shape[0];
      const logits = np.matmul(lax.stopGradient(image.ref), np.transpose(lax.stopGradient(text.ref), [1, 0]));
      const matched = np.sum(np.equal(np.argmax(logits, 1), np.arange(count)).astype(np.float32));
      const classes = np.reshape(targets, [count]).astype(np.int32);
      const sums = { matched };
      const beside = [
        ...(captionWeight > 0 ? [{ pairs: { image: image.ref, text: caption }, weight: captionWeight }] : []),
        ...(retrievedWeight > 0
          ? [{ pairs: { image: retrievedImage, text: retrievedText }, weight: retrievedWeight }]
          : []),
      ];
      const scaleOf = beside.map(() => scale.ref);
      const loss = beside.reduce(
        (sum, { pairs, weight }, i) =>
          np.add(sum, np.multiply(contrastiveLoss({ ...pairs, scale: scaleOf[i] }), weight)),
        contrastiveLoss({ image, text, scale }, sameClass, classes),
      );
      return { loss, sums };
    },
    means: ({ matched }, examples) => (matched === undefined ? {} : { matched: matched / examples }),
    combine: (outputs) => ({ points: ofUnitLength(np.mean(ofUnitLength(outputs), 0)) }),
    score: (predictions) => ({ validationAccuracy: accuracyOf(predictions), validationLoss: meanNll(predictions) }),
  };
}
