import { numpy as np } from "@jax-js/jax";
import type { Method } from "../../methods/index.ts";
import { type Arrays, type DualEncoder, meanOverRanks, ofUnitLength } from "../../models/index.ts";
import { synchronized, withNoise } from "../../models/internal.ts";
import { type LossOf, mapped, type RankOf } from "../step.ts";

/**
 * What a method minimises of a dual encoder: `tokens` among the inputs are the texts [N, T], `captions` those of caption anchors,
 * where there are some, and all others are shown to the image tower as they are to any network. Ranks see the pairs of all, so
 * that what they learn by is the whole batch's loss.
 * @param method of the task `contrastive`
 */
export const dualLossOf =
  (encoder: DualEncoder, method: Method, { syncBatchNorm }: { readonly syncBatchNorm: boolean }): LossOf =>
  (params, state, { rows, shared }, together) => {
    const { model } = encoder.image;
    const { tokens, captions, ...inputs } = rows.inputs;
    const ownOf = ({ params: names }: { readonly params: readonly string[] }): Arrays =>
      Object.fromEntries(names.map((name) => [name, params[name]]));
    const ofAll = together ? gathered(together) : (own: np.Array) => own;
    const said = captions ? np.concatenate([tokens, captions], 0) : tokens;
    const points = ofUnitLength(encoder.text.encode(ownOf(encoder.text), {}, said, "train").embeddings);
    const [text, caption] = captions ? np.split(points, 2, 0) : [points];
    const [loss, { sums, state: moved }] = method.loss(
      withNoise(together && syncBatchNorm ? synchronized(model, together.size) : model, rows.noise),
      ownOf(encoder.image),
      state,
      { rows: { inputs, targets: mapped(rows.targets, ofAll), noise: {} }, shared },
      (embeddings) => ({
        image: ofAll(ofUnitLength(embeddings)),
        text: ofAll(text),
        ...(caption && { caption: ofAll(caption) }),
        scale: np.exp(params[encoder.logitScale]),
      }),
    );
    // Every rank counts the pairs of all.
    return [loss, { sums: together ? mapped(sums, (sum) => np.divide(sum, together.size)) : sums, state: moved }];
  };

/** Traced: rows [N, …] of each rank → [size · N, …] of all, in the order of the ranks. */
const gathered =
  ({ rank, size }: RankOf) =>
  (own: np.Array): np.Array => {
    const [count, ...rest] = own.shape;
    const zeros = (ranks: number) => (ranks > 0 ? [np.zeros([ranks * count, ...rest])] : []);
    // The mean of what each has at its own place, and zeros at the others'.
    return np.multiply(meanOverRanks(np.concatenate([...zeros(rank), own, ...zeros(size - rank - 1)], 0)), size);
  };
