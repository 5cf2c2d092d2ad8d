import { groupedLinear } from "./layers/grouped-linear.ts";
import type { Layer } from "./layers/layer.ts";
import { linear } from "./layers/linear.ts";

/** A Packed-Ensemble's sizes, by the paper's letters. */
export interface PackedOptions {
  /** M, at least 2: members. */
  readonly members: number;
  /** α: times the channels of the one network; each member has a share α/M of them. */
  readonly alpha: number;
  /** γ: groups of each member's own convolutions. */
  readonly gamma: number;
}

/** How a network packs members into its layers; one that packs none has its own widths and no groups. */
export interface Packing {
  readonly members?: number;
  /** Of every convolution but the first. */
  readonly groups: number;
  /** Channels that stand in place of so many; as many more as the groups take to divide them. */
  width(channels: number): number;
  /** The last layer, features [N, D] → logits, M·K where members are packed. */
  head(name: string, features: number, outputs: number): { readonly head: Layer; readonly featureCount?: number };
}

/**
 * Packed-Ensembles (Laurent et al., ICLR 2023, section 3): M members in one network, each in channels of its own. The first
 * convolution is shared by none and grouped by none, as all members see the image; every other is in M·γ groups, and each
 * member has its own last layer.
 */
export function packing(options: PackedOptions | undefined): Packing {
  if (!options)
    return {
      groups: 1,
      width: (channels) => channels,
      head: (name, features, outputs) => ({ head: linear(name, features, outputs) }),
    };
  const { members, alpha, gamma } = options;
  const groups = members * gamma;
  return {
    members,
    groups,
    width: (channels) => groups * Math.ceil((alpha * channels) / groups),
    head: (name, features, outputs) => ({
      head: groupedLinear(name, features, outputs, members),
      featureCount: features,
    }),
  };
}
