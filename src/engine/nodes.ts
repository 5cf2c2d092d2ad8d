import type { ElementType } from "./element-types.ts";

/** A value of the graph. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

export type Attribute = number | string | readonly number[] | { readonly float: number };

/** A node that is asked for: outputs have no names yet. */
export interface NodeRequest {
  readonly op: string;
  /** Operator domain; "" is standard ONNX. */
  readonly domain: string;
  /** An optional input that is left out is undefined. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Omit<Tensor, "name">[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Axes that a Slice takes whole and backwards. */
  readonly flips?: readonly number[];
}

export interface Node extends NodeRequest {
  readonly outputs: readonly Tensor[];
}

/** Asked whenever a node is to be added: answers with its outputs, of nodes made before or by `next`. */
export type NodeRewrite = (
  request: NodeRequest,
  next: (request: NodeRequest) => readonly Tensor[],
) => readonly Tensor[];

export interface Initializer {
  readonly tensor: Tensor;
  readonly bytes: Uint8Array;
}

export interface NodeOptions {
  readonly attributes?: Record<string, Attribute>;
  readonly domain?: string;
  readonly flips?: readonly number[];
}
