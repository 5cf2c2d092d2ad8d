import { type Random, UserError } from "../core/index.ts";
import type { Augmentation, BoxedImage } from "./augmentation.ts";

/** For messages. */
const BOXES_FOLLOW = "flip or colorJitter";

/**
 * The first of these transforms whose boxes cannot follow; `undefined` where all can.
 * @example
 * withoutBoxes([flip(), crop({ pad: 4 })])?.name; // "crop"
 */
export const withoutBoxes = (augment: readonly Augmentation[]): Augmentation | undefined =>
  augment.find(({ applyWithBoxes, keepsPlaces }) => !applyWithBoxes && !keepsPlaces);

/**
 * An image after these transforms, one after the other, and where its boxes are by then.
 * @throws UserError for a transform that boxes cannot follow
 * @example
 * const boxes = Float64Array.of(4, 4, 10, 12);
 * const data = new Uint8Array(32 * 32 * 3);
 * const moved = augmentWithBoxes([flip()], { image: { height: 32, width: 32, channels: 3, data }, boxes }, new Random("flip"));
 */
export function augmentWithBoxes(augment: readonly Augmentation[], start: BoxedImage, random: Random): BoxedImage {
  const stuck = withoutBoxes(augment);
  if (stuck) throw new UserError(`augment ${stuck.name}: boxes cannot follow it; use ${BOXES_FOLLOW}`);
  return augment.reduce(
    ({ image, boxes }, { apply, applyWithBoxes }) =>
      applyWithBoxes ? applyWithBoxes(image, boxes, random) : { image: apply(image, random), boxes },
    start,
  );
}
