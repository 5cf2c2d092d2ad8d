import { type Augmentation, colorJitter, flip, randomResizedCrop } from "../augment/index.ts";
import type { AnchoredOptions } from "../methods/index.ts";

/** Whether the references of a step, counted from 0, are corrupted: those of every n-th batch. */
export const corruptsReferences = (
  { corruptReferencesEvery: every = 0 }: Pick<AnchoredOptions, "corruptReferencesEvery">,
  step: number,
): boolean => every > 0 && step % every === every - 1;

/**
 * What corrupts a reference: the crop, the flip and the jitter of the released ΔUQ code ("consistency"), without its blur (of
 * 80 %, σ 0.1 to 5), its grey (of 20 %) and a turn of the hue.
 */
export const referenceCorruption: readonly Augmentation[] = [
  randomResizedCrop({ smallest: 0.6, largest: 1 }),
  flip(),
  colorJitter({ brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0 }),
];
