import type { HostArrays } from "../../core/index.ts";
import type { Layer } from "../layers/layer.ts";
import { allVariables, variables } from "../layers/variables.ts";
import type { Pass } from "../model.ts";
import type { DualEncoder } from "./dual-encoder.ts";
import { type ClipImageSize, clipImageTower } from "./image-tower.ts";
import { type ClipTextSize, clipTextTower } from "./text-tower.ts";
import type { Activation } from "./transformer.ts";

export interface ClipSize {
  /** d: numbers of an embedding. */
  readonly embedding: number;
  readonly image: ClipImageSize;
  readonly text: ClipTextSize;
}

export interface ClipOptions {
  /** Of both towers' perceptrons. */
  readonly activation: Activation;
  /** Of the images; 3 by default. */
  readonly channels?: number;
}

/** ln(1 / 0.07): cosines are divided by 0.07 at first (Radford et al. 2021, section 2.5). */
const FIRST_SCALE = Math.log(1 / 0.07);

/**
 * CLIP (Radford et al., ICML 2021) with a vision transformer; parameters under OpenAI's and open_clip's names. It has no state,
 * and trains as it predicts.
 * @throws RangeError for an image size that patches don't fill, and a width that heads don't divide
 * @example
 * const encoder = clip("mine", clipSizes["clip-small"], { activation: "gelu" });
 * const { params } = encoder.init(new Random("weights", 0));
 */
export function clip(name: string, size: ClipSize, { activation, channels = 3 }: ClipOptions): DualEncoder {
  const { embedding } = size;
  for (const tower of ["image", "text"] as const) {
    const { width, heads } = size[tower];
    if (width % heads !== 0)
      throw new RangeError(`${name}: the ${tower} tower's width is ${width}; its ${heads} heads must divide it`);
  }
  const imageTower = clipImageTower(name, size.image, { channels, embedding, activation });
  const textTower = clipTextTower(name, size.text, { embedding, activation });
  const scale = variables([{ name: "logit_scale", shape: [], start: FIRST_SCALE }]);
  const all = allVariables([imageTower, textTower, scale]);
  return {
    name,
    embedding,
    image: { ...towerOf(imageTower), channels, imageSize: size.image.imageSize },
    text: { ...towerOf(textTower), context: size.text.context, vocabulary: size.text.vocabulary },
    logitScale: "logit_scale",
    biases: all.biases,
    embeddings: all.embeddings,
    init(random) {
      const params: HostArrays = {};
      all.init(random, params, {});
      return { params, state: {} };
    },
    shapes: () => all.shapes,
  };
}

const towerOf = (layer: Layer): { params: readonly string[]; encode: Pass<"embeddings"> } => ({
  params: Object.keys(layer.shapes.params),
  encode: (params, state, x, mode, noise) => ({
    embeddings: layer.apply({ params, state, moved: {}, mode, noise }, x),
    state: {},
  }),
});
