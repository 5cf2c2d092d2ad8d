import type { Model, Network, Pass } from "../model.ts";

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
export interface DualEncoder extends Network {
  /** d: numbers of an embedding. */
  readonly embedding: number;
  readonly image: ImageTower;
  readonly text: TextTower;
  /** Name of the parameter [] that is the logarithm of what cosines are multiplied by. */
  readonly logitScale: string;
  readonly biases: readonly string[];
  readonly embeddings: readonly string[];
}
