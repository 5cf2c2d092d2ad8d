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
 * and captions, each pair a class of its own, is added (ARF, Han et al., CVPR 2024). T = 1, a pair's class. Its sum is `matched`: images whose own text is the
 * likeliest of the batch. Validation scores the zero-shot classifier that the texts of the classes make. `combine` gives `points`
 * [N, d] of length 1: the mean direction under R references.
 * @example createMethod({ name: "standard" }, contrastive({ sameClass: "positive" }));
 */
export function contrastive({
  sameClass = "negative",
  captionWeight = 0,
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
    loss({ image, text, caption, scale }, { targets }): Learnt {
      const count = image.shape[0];
      const logits = np.matmul(lax.stopGradient(image.ref), np.transpose(lax.stopGradient(text.ref), [1, 0]));
      const matched = np.sum(np.equal(np.argmax(logits, 1), np.arange(count)).astype(np.float32));
      const classes = np.reshape(targets, [count]).astype(np.int32);
      const sums = { matched };
      if (captionWeight === 0) return { loss: contrastiveLoss({ image, text, scale }, sameClass, classes), sums };
      const ofClasses = contrastiveLoss({ image: image.ref, text, scale: scale.ref }, sameClass, classes);
      const ofCaptions = contrastiveLoss({ image, text: caption, scale });
      return { loss: np.add(ofClasses, np.multiply(ofCaptions, captionWeight)), sums };
    },
    means: ({ matched }, examples) => (matched === undefined ? {} : { matched: matched / examples }),
    combine: (outputs) => ({ points: ofUnitLength(np.mean(ofUnitLength(outputs), 0)) }),
    score: (predictions) => ({ validationAccuracy: accuracyOf(predictions), validationLoss: meanNll(predictions) }),
  };
}
