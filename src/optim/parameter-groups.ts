/** What a network says of its parameters, by their full names; none of a kind where absent. A `Model` is one. */
export interface ParameterRoles {
  /** Of the last layer. */
  readonly head?: readonly string[];
  /** Added to an output. */
  readonly biases?: readonly string[];
  /** Positions, tokens, or what positions are made of (timm's `no_weight_decay`). */
  readonly embeddings?: readonly string[];
}

/**
 * Whether weights shrink: all where `decayNormsAndBiases`, else neither vectors (normalisation weights, biases) nor
 * embeddings. timm's `param_groups_weight_decay`.
 */
export const isDecayed = (
  name: string,
  shape: readonly number[],
  { embeddings = [] }: ParameterRoles,
  decayNormsAndBiases: boolean,
): boolean => decayNormsAndBiases || (shape.length > 1 && !embeddings.includes(name));
