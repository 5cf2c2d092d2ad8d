/**
 * Positions and tokens of vision transformers (timm's `no_weight_decay` of ViT and DeiT), and what Swin's attention adds to
 * similarities or multiplies them by (Liu et al. 2022's own list; timm's means the same, but names modules in it).
 */
const EMBEDDING =
  /(^|\.)((absolute_)?pos_embed|cls_token|dist_token|logit_scale|relative_position_bias_table|cpb_mlp\..*)$/;

/** Whether a parameter is a position, a token, or what positions are made of. */
export const isEmbedding = (name: string): boolean => EMBEDDING.test(name);

/**
 * Whether weights shrink: all where `decayNormsAndBiases`, else neither vectors (normalisation weights, biases) nor
 * embeddings. timm's `param_groups_weight_decay`.
 */
export const isDecayed = (name: string, shape: readonly number[], decayNormsAndBiases: boolean): boolean =>
  decayNormsAndBiases || (shape.length > 1 && !isEmbedding(name));
