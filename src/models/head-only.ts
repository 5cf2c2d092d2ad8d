import type { Model } from "./model.ts";

/**
 * The model with all but its classifier frozen, BatchNorm's statistics too (`apply` returns no moved state): for
 * last-layer fine-tuning.
 */
export function headOnly(model: Model): Model {
  const { fitToInputs: _, noise: _drops, ...rest } = model;
  return {
    ...rest,
    frozen: Object.keys(model.shapes().params).filter((name) => !model.head.includes(name)),
    apply(params, state, images, _mode, noise) {
      const { logits, state: unmoved } = model.apply(params, state, images, "predict", noise);
      for (const array of Object.values(unmoved)) array.dispose();
      return { logits, state: {} };
    },
  };
}
