import { type LayerVariables, variables } from "../layers/variables.ts";
import type { Model } from "../model.ts";
import { FIRST_SCALE } from "./cosine-classifier.ts";
import type { DualEncoder, ImageTower, Tower } from "./dual-encoder.ts";
import { type ClipTextSize, clipTextTower } from "./text-tower.ts";
import type { Activation } from "./transformer.ts";

/** Cosines are multiplied by at most 100, and by at least 1, as open_clip clamps it (Radford et al. 2021, section 2.5). */
const SCALE_BOUNDS = [0, Math.log(100)] as const;

export interface ImageSide extends Pick<ImageTower, "model" | "channels" | "imageSize"> {
  /** d: how many logits the model has. */
  readonly embedding: number;
}

/** An image tower, and CLIP's text tower beside it. The state is the image tower's. */
export function dualEncoder(
  name: string,
  { model, channels, imageSize, embedding }: ImageSide,
  { size, activation }: { readonly size: ClipTextSize; readonly activation: Activation },
): DualEncoder {
  const text = clipTextTower(name, size, { embedding, activation });
  const scale = variables([{ name: "logit_scale", shape: [], start: Math.log(FIRST_SCALE) }]);
  const { params: imageParams, state } = model.shapes();
  const others: readonly LayerVariables[] = [text, scale];
  const params = Object.assign({}, imageParams, ...others.map(({ shapes }) => shapes.params));
  return {
    name,
    embedding,
    image: { ...imageTowerOf(model), channels, imageSize },
    text: {
      params: Object.keys(text.shapes.params),
      encode: (own, ownState, tokens, mode, noise) => ({
        embeddings: text.apply({ params: own, state: ownState, moved: {}, mode, noise }, tokens),
        state: {},
      }),
      context: size.context,
      vocabulary: size.vocabulary,
    },
    logitScale: "logit_scale",
    bounds: { logit_scale: SCALE_BOUNDS },
    frozen: model.frozen,
    noise: model.noise,
    biases: [...(model.biases ?? []), ...text.biases],
    embeddings: [...(model.embeddings ?? []), ...text.embeddings],
    init(random) {
      const drawn = model.init(random);
      const all = { ...drawn.params };
      for (const part of others) part.init(random, all, {});
      return { params: all, state: drawn.state };
    },
    shapes: () => ({ params, state }),
  };
}

const imageTowerOf = (model: Model): Tower & Pick<ImageTower, "model"> => ({
  model,
  params: Object.keys(model.shapes().params),
  encode(params, state, images, mode, noise) {
    const { logits, state: moved } = model.apply(params, state, images, mode, noise);
    return { embeddings: logits, state: moved };
  },
});
