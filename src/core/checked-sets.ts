import { UserError } from "./errors.ts";
import type { ImageSet } from "./image-set.ts";
import type { StoredImages } from "./images.ts";

/**
 * Labels [N] as what they must be: whole numbers 0 … K − 1. Those of a caller's own may be of any type.
 * @param whose for the message, e.g. the image set's name
 * @throws UserError naming the first label that is none.
 */
export function checkLabels(whose: string, labels: ArrayLike<unknown>, classes: number): void {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) < classes) continue;
    const shown = typeof label === "bigint" ? `${label}n (a BigInt)` : String(label);
    throw new UserError(
      `${whose}: label ${shown} of image ${row} is outside [0, ${classes}); labels are whole numbers from 0 to ${classes - 1}`,
    );
  }
}

/**
 * Whether an image set holds what its fields say; labels are free, for foreign images have none of these classes.
 * @throws UserError naming the set, the field and the rule.
 */
export function checkImageSet(set: ImageSet): void {
  const { name, images, labels, captions, height, width, channels } = set;
  if (!(images instanceof Uint8Array || isStored(images)))
    throw new UserError(
      `${name}: images are ${typeName(images)}; a Uint8Array of values from 0 to 255 is needed, [N, H, W, C] row-major`,
    );
  for (const [what, value] of Object.entries({ height, width }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new UserError(`${name}: ${what} ${value}; a whole number of pixels, at least 1, is needed`);
  if (channels !== 1 && channels !== 3)
    throw new UserError(`${name}: ${channels} channels; 1 (grey) or 3 (RGB) are needed`);
  const bytes = labels.length * height * width * channels;
  if (images.length !== bytes)
    throw new UserError(
      `${name}: ${images.length} bytes of images; ${labels.length} labels × ${height} × ${width} × ${channels} are ${bytes}`,
    );
  if (captions) checkCaptions(name, captions, labels.length);
}

function checkCaptions(name: string, captions: readonly unknown[], images: number): void {
  if (captions.length !== images)
    throw new UserError(
      `${name}: captions of ${captions.length} images; ${images} are needed, a list of texts for each`,
    );
  const isTexts = (texts: unknown) => Array.isArray(texts) && texts.every((text) => typeof text === "string");
  const wrong = captions.findIndex((texts) => !isTexts(texts));
  if (wrong >= 0)
    throw new UserError(`${name}: captions of image ${wrong} are no list of texts; write e.g. ["a cat on a sofa"]`);
}

/** Whether a caller that wrote no types gave a file of images. */
const isStored = (images: unknown): images is StoredImages =>
  typeof images === "object" && images !== null && "read" in images && "places" in images;

const typeName = (value: unknown): string => {
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
};
