import type { Random } from "../../core/index.ts";
import type { Shapes } from "../layers/variables.ts";
import type { Model, Pass, Variables } from "../model.ts";

/** One side of a dual encoder: a pure function, and which parameters are its own. */
export interface Tower {
  /** Parameters that it reads, each once; it leaves others alone. */
  readonly params: readonly string[];
  /**
   * Images [N, C, H, W] or tokens int32 [N, T] → embeddings [N, d], not normalised. Consumes its own parameters, the state and
   * what it encodes.
   */
  readonly encode: Pass<"embeddings">;
}

export interface ImageTower extends Tower {
  /** The network, whose logits are the embeddings. */
  readonly model: Model;
  /** Of its inputs: of tuples twice an image's. */
  readonly channels: number;
  /** Pixels on each side. */
  readonly imageSize: number;
}

export interface TextTower extends Tower {
  /** T: tokens of a text, padding included. */
  readonly context: number;
  /** Ids are 0 to one less. */
  readonly vocabulary: number;
}

/**
 * Two networks that put images and texts into one space (Radford et al., ICML 2021): how well a text fits an image is the
 * cosine of their embeddings times exp(logit scale).
 */
export interface DualEncoder {
  readonly name: string;
  /** d: numbers of an embedding. */
  readonly embedding: number;
  readonly image: ImageTower;
  readonly text: TextTower;
  /** Name of the parameter [] that is the logarithm of what cosines are multiplied by. */
  readonly logitScale: string;
  /** Parameters [O] that are added to an output. */
  readonly biases: readonly string[];
  /** Parameters that are positions or tokens. */
  readonly embeddings: readonly string[];
  init(random: Random): Variables;
  /** Of what `init` gives, in its order; nothing is drawn. */
  shapes(): { readonly params: Shapes; readonly state: Shapes };
}
