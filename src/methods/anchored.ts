import { numpy as np } from "@jax-js/jax";
import { type Fed, HostArray } from "../core/index.ts";
import type { Arrays, Model } from "../models/index.ts";
import { keep } from "../models/internal.ts";
import type { OutputOptions } from "../tasks/classification/outputs/index.ts";
import { classification, type Task } from "../tasks/index.ts";
import { type AnchorAt, applyToPairs, checkAnchorAt, pairs, predictAtAnchorPoint } from "./anchor-at.ts";
import { batchReferences } from "./batch-references.ts";
import { checkMasking, drawMask, type MaskingOptions, maskStatisticsOf, neutralWhereMasked } from "./masking.ts";
import { type Method, oneHead } from "./method.ts";
import { maskedRegion } from "./partial-mask.ts";
import { checkReferences, type ReferenceOptions } from "./references.ts";

export interface AnchoredOptions extends MaskingOptions, ReferenceOptions {
  readonly name: "anchored";
  /**
   * What a masked batch is trained toward: its labels (the released code), 1/K each (`uniform`, the paper), in a
   * regression the training targets' mean, in a detection an empty scene.
   */
  readonly maskTarget: "uniform" | "label" | "mean" | "empty";
  /** Whose training images it is made of: the run's own, those of the run that it starts from, or both. Default `new`. */
  readonly referenceSource?: "new" | "pretraining" | "both";
  /** Rows of a batch that are one image, each under a reference of its own; default 1. They divide the batch. */
  readonly referencesPerImage?: number;
  /**
   * n: in every n-th batch the reference that is shown is augmented, while the residual is to the clean one: [aug(r), x − r],
   * with the images' own targets (ΔUQ, AMP). Default 0: never.
   */
  readonly corruptReferencesEvery?: number;
  /**
   * Where tuples arise; default `input`. Of hidden values, each image's reference is the one before it in its batch, where
   * `references` is `batch`: then what lies below sees each image once (after G-ΔUQ, Trivedi et al., ICLR 2024).
   */
  readonly anchorAt?: AnchorAt;
  /** Whether a fresh network starts with the same weights for both halves of the tuple (`tiedStart`); default not. */
  readonly tiedStart?: boolean;
  /** How many references a trained model keeps for its predictions. */
  readonly referenceCount: number;
  /** Of a classification: what is minimised, and how outputs are read; cross-entropy where absent. */
  readonly output?: OutputOptions;
}

/**
 * Anchored training with reference masking (Narayanaswamy et al., NeurIPS 2024, section 3): every image gets its own
 * reference; with probability α a whole batch, or an image by itself, loses its references and keeps its residuals.
 * @throws UserError as `checkMasking` and `checkReferences`
 * @example
 * const { method: options } = resolveConfig({ data: { name: "mnist" }, method: { name: "anchored", maskProbability: 0.25 } });
 * if (options.name === "anchored") console.log(anchored(options).inputChannels(3)); // 6: a tuple of two images
 */
export const anchored = (options: AnchoredOptions, task: Task = classification(options.output)): Method => {
  checkMasking(options);
  checkReferences(options);
  checkAnchorAt(options);
  const { anchorAt = "input" } = options;
  const inside = anchorAt !== "input";
  const { maskKeep = 0, corruptReferencesEvery = 0 } = options;
  const ordinaryAlone = options.maskProbability > 0 && maskStatisticsOf(options) === "ordinary";
  return {
    name: "anchored",
    anchored: true,
    task,
    rowByRow: options.references !== "batch",
    inputChannels: (imageChannels) => (inside ? imageChannels : 2 * imageChannels),
    anchorAt: inside ? anchorAt : undefined,
    prepare(batch, { count, channels, height, width, targetSize }, random, drawReferences, progress = 1): Fed {
      const { images, targets, truth } = batch;
      const maskReference = drawMask(options, count, progress, random);
      const imageShape = [count, channels, height, width];
      const ofBatch = options.references === "batch";
      // A network that makes tuples itself finds its references in the batch.
      const { clean, shown } =
        ofBatch && inside
          ? { clean: undefined, shown: images }
          : ofBatch
            ? batchReferences(images, count, random)
            : drawReferences(count, random);
      const learnt =
        options.maskTarget === "label"
          ? targets
          : neutralWhereMasked(targets, maskReference, { size: targetSize, neutral: task.neutral(targetSize) });
      const isShared = maskReference.shape.length === 0;
      return {
        rows: {
          inputs: {
            images: HostArray.float32(imageShape, images),
            ...(clean && { references: HostArray.float32(imageShape, clean) }),
            // Fed at every step or at none: a program is compiled for what its first step is fed.
            ...(corruptReferencesEvery > 0 && { shownReferences: HostArray.float32(imageShape, shown) }),
            ...(!isShared && { maskReference }),
          },
          targets: { targets: HostArray.float32([count, targetSize], learnt), ...(truth && { truth }) },
          noise: {},
        },
        shared: isShared ? { maskReference } : {},
      };
    },
    input: ({ images, references, shownReferences, maskReference }) =>
      inside ? pairs(images, references) : tuple(images, references, { maskReference, maskKeep, shownReferences }),
    apply(model, params, state, { maskReference, ...shown }, mode) {
      if (inside) return applyToPairs(model, [params, state], this.input(shown), maskReference, mode);
      return model.apply(params, state, this.input({ ...shown, maskReference }), mode);
    },
    loss(model, params, state, { rows: { inputs, targets }, shared }, headsOf = oneHead) {
      const { maskReference = inputs.maskReference, ...ofTask } = shared;
      const before = ordinaryAlone ? keep(state) : {};
      const masked = maskReference.ref;
      const { logits: outputs, state: moved } = this.apply(model, params, state, { ...inputs, maskReference }, "train");
      const { loss, sums } = this.task.loss(headsOf(outputs), targets, ofTask);
      return [loss, { sums, state: unlessMasked(moved, before, masked) }];
    },
    predict(model, params, state, images, references) {
      if (!references) throw new TypeError("anchored: predict needs references");
      return (inside ? predictAtAnchorPoint : predictUnderReferences)(model, params, state, images, references);
    },
  };
};

/** The moved state, or what it was `before`, where that is known, if the scalar `masked` is 1. Consumes all three. */
function unlessMasked(moved: Arrays, before: Arrays, masked: np.Array): Arrays {
  const state = Object.entries(moved).map(([name, array]) => [
    name,
    name in before ? np.where(np.greater(masked.ref, 0), before[name].ref, array) : array,
  ]);
  masked.dispose();
  for (const array of Object.values(before)) array.dispose();
  return Object.fromEntries(state);
}

/**
 * Logits [R, N, K] of the tuples [r, x − r] for references [R, 1 or N, C, H, W]. The first layer is linear, so with its
 * weight W = [Wr | Wx] its output is Wx ∗ x + (Wr − Wx) ∗ r: the images' part is computed once for all references, the
 * references' part once for all images that share them.
 * @example
 * const model = createModel("resnet20", { inputChannels: 6, classes: 10, imageSize: 32 });
 * const predict = ({ params, state }: Record<string, Record<string, np.Array>>, images: np.Array, references: np.Array) =>
 *   predictUnderReferences(model, params, state, images, references); // [R, N, K]
 */
export function predictUnderReferences(
  model: Model,
  params: Arrays,
  state: Arrays,
  images: np.Array,
  references: np.Array,
): np.Array {
  const [count, sharing, ...imageShape] = references.shape;
  const [batch] = images.shape;
  const { [model.stemWeight]: weight, ...rest } = params;
  const [forReference, forResidual] = np.split(weight, 2, 1);
  const fromImages = model.stem({ [model.stemWeight]: forResidual.ref }, images);
  const fromReferences = model.stem(
    { [model.stemWeight]: np.subtract(forReference, forResidual) },
    np.reshape(references, [count * sharing, ...imageShape]),
  );
  const [, ...featureShape] = fromImages.shape;
  const features = np.add(
    np.reshape(fromImages, [1, batch, ...featureShape]),
    np.reshape(fromReferences, [count, sharing, ...featureShape]),
  );
  const { logits } = model.trunk(rest, state, np.reshape(features, [count * batch, ...featureShape]), "predict");
  return np.reshape(logits, [count, batch, logits.shape[1]]);
}

export interface TupleOptions {
  /** [] or [N, 1, 1, 1]: 1 where the reference is masked, else 0; none is where absent. */
  readonly maskReference?: np.Array;
  /** Side in pixels of the central square that a masked reference keeps; default 0. */
  readonly maskKeep?: number;
  /** [N, C, H, W]: what stands in the references' half in place of them. */
  readonly shownReferences?: np.Array;
}

/**
 * Images x and references r [N, C, H, W] → [N, 2C, H, W], the tuple [r, x − r]; where r is masked, [0, x − r].
 * @example
 * const input = tuple(x, np.zeros([8, 3, 32, 32])); // [reference, image − reference], [8, 6, 32, 32]
 */
export function tuple(
  images: np.Array,
  references: np.Array,
  { maskReference, maskKeep = 0, shownReferences }: TupleOptions = {},
): np.Array {
  const [, , height, width] = images.shape;
  const residual = np.subtract(images, shownReferences ? references : references.ref);
  const shown = shownReferences ?? references;
  const masked = maskReference && np.multiply(maskReference, maskedRegion(maskKeep, height, width));
  return np.concatenate([masked ? np.multiply(shown, np.subtract(1, masked)) : shown, residual], 1);
}
