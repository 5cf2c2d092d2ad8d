import { numpy as np } from "@jax-js/jax";
import type { Method } from "../../methods/index.ts";
import { type Arrays, type DualEncoder, meanOverRanks, ofUnitLength } from "../../models/index.ts";
import { synchronized, withNoise } from "../../models/internal.ts";
import type { ContrastiveOptions } from "../../tasks/index.ts";
import { type LossOf, mapped, type RankOf } from "../step.ts";

export interface DualLossOptions {
  readonly syncBatchNorm: boolean;
  readonly task: Pick<ContrastiveOptions, "retrievedWeight">;
}

/**
 * What a method minimises of a dual encoder: `tokens` among the inputs are the texts [N, T], `captions` those of caption anchors,
 * where there are some, and all others are shown to the image tower as they are to any network. With retrieved anchors every
 * second row is one's, [2N, …], of which captions are not read. Ranks see the pairs of all, so that what they learn by is the whole
 * batch's loss.
 * @param method of the task `contrastive`
 */
export const dualLossOf =
  (encoder: DualEncoder, method: Method, { syncBatchNorm, task: { retrievedWeight } }: DualLossOptions): LossOf =>
  (params, state, { rows, shared }, ranks) => {
    const { model } = encoder.image;
    const { tokens, captions, ...inputs } = rows.inputs;
    const parts = retrievedWeight > 0 ? alternating : (all: np.Array) => [all];
    const own = (all: np.Array): np.Array => {
      const [first, ...others] = parts(all);
      for (const other of others) other.dispose();
      return first;
    };
    const ownOf = ({ params: names }: { readonly params: readonly string[] }): Arrays =>
      Object.fromEntries(names.map((name) => [name, params[name]]));
    const ofAll = ranks ? gathered(ranks) : (own: np.Array) => own;
    const said = [...parts(tokens), ...(captions ? [own(captions)] : [])];
    const together = said.length > 1 ? np.concatenate(said, 0) : said[0];
    const points = ofUnitLength(encoder.text.encode(ownOf(encoder.text), {}, together, "train").embeddings);
    const [text, ...furtherTexts] = said.length > 1 ? np.split(points, said.length, 0) : [points];
    const caption = captions && furtherTexts.pop();
    const [retrievedText] = furtherTexts;
    const [loss, { sums, state: moved }] = method.loss(
      withNoise(ranks && syncBatchNorm ? synchronized(model, ranks.size) : model, rows.noise),
      ownOf(encoder.image),
      state,
      { rows: { inputs, targets: mapped(rows.targets, (all) => ofAll(own(all))), noise: {} }, shared },
      (embeddings) => {
        const [image, retrievedImage] = parts(ofUnitLength(embeddings));
        return {
          image: ofAll(image),
          text: ofAll(text),
          ...(caption && { caption: ofAll(caption) }),
          ...(retrievedImage && { retrievedImage: ofAll(retrievedImage), retrievedText: ofAll(retrievedText) }),
          scale: np.exp(params[encoder.logitScale]),
        };
      },
    );
    // Every rank counts the pairs of all.
    return [loss, { sums: ranks ? mapped(sums, (sum) => np.divide(sum, ranks.size)) : sums, state: moved }];
  };

/** Traced: rows [2N, …], of which every second is another's → [N, …] of each of the two. */
function alternating(all: np.Array): [np.Array, np.Array] {
  const [count, ...rest] = all.shape;
  const [first, second] = np.split(np.reshape(all, [count / 2, 2, ...rest]), 2, 1);
  return [np.reshape(first, [count / 2, ...rest]), np.reshape(second, [count / 2, ...rest])];
}

/** Traced: rows [N, …] of each rank → [size · N, …] of all, in the order of the ranks. */
const gathered =
  ({ rank, size }: RankOf) =>
  (own: np.Array): np.Array => {
    const [count, ...rest] = own.shape;
    const zeros = (ranks: number) => (ranks > 0 ? [np.zeros([ranks * count, ...rest])] : []);
    // The mean of what each has at its own place, and zeros at the others'.
    return np.multiply(meanOverRanks(np.concatenate([...zeros(rank), own, ...zeros(size - rank - 1)], 0)), size);
  };
