import type { ObjectBoxes } from "./boxes.ts";
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
  const { name, images, labels, captions, boxes, height, width, channels } = set;
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
  if (boxes) checkBoxes(set, boxes);
}

function checkBoxes({ name, labels, classNames, height, width }: ImageSet, { first, boxes, index }: ObjectBoxes): void {
  const [images, count] = [labels.length, index.length];
  const rises = first.every((at, i) => at >= (i === 0 ? 0 : first[i - 1]));
  if (first.length !== images + 1 || first[0] !== 0 || first[images] !== count || !rises)
    throw new UserError(
      `${name}: boxes.first does not share ${count} boxes out among ${images} images; it rises from 0 to ${count}, and has an entry more than there are images`,
    );
  if (boxes.length !== 4 * count)
    throw new UserError(
      `${name}: ${boxes.length} numbers of boxes; ${count} boxes of x, y, width, height are ${4 * count}`,
    );
  checkLabels(`${name}, boxes`, index, classNames.length);
  for (let at = 0; at < count; at++) {
    const [x, y, wide, high] = boxes.subarray(4 * at, 4 * at + 4);
    if (wide > 0 && high > 0 && x >= 0 && y >= 0 && x + wide <= width + 1e-6 && y + high <= height + 1e-6) continue;
    throw new UserError(
      `${name}: box ${at} [${x}, ${y}, ${wide}, ${high}] does not lie on its image of ${width}×${height}; clip boxes, and leave empty ones out`,
    );
  }
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
