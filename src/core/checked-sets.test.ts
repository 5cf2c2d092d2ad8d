import { expect, test } from "vitest";
import type { ObjectBoxes } from "./boxes.ts";
import { checkImageSet, checkLabels } from "./checked-sets.ts";
import { UserError } from "./errors.ts";
import type { ImageSet } from "./image-set.ts";

const set: ImageSet = {
  name: "toy",
  height: 2,
  width: 3,
  channels: 1,
  images: new Uint8Array(12),
  labels: Int32Array.of(0, 1),
  classNames: ["a", "b"],
};
const other = (changes: Record<string, unknown>) => ({ ...set, ...changes }) as ImageSet;
/** One on the second image. */
const withBoxes = (changes: Partial<ObjectBoxes> = {}): ObjectBoxes => ({
  names: ["a", "b"],
  first: Int32Array.of(0, 0, 1),
  boxes: Float64Array.of(1, 0, 2, 1.5),
  index: Int32Array.of(1),
  ...changes,
});

test("what is right passes, labels of any type and foreign ones too", () => {
  checkImageSet(set);
  checkImageSet(other({ captions: [["a", "b"], []] }));
  checkImageSet(other({ labels: Int32Array.of(-1, -1) }));
  checkImageSet(other({ boxes: withBoxes() }));
  for (const labels of [[0, 1], Uint8Array.of(0, 1), Float32Array.of(0, 1)]) checkLabels("toy", labels, 2);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "numbers in [0, 1]",
    { images: new Float32Array(12) },
    /^toy: images are a Float32Array; a Uint8Array of values from 0 to 255/,
  ],
  ["a list of images", { images: [new Uint8Array(6), new Uint8Array(6)] }, /images are an Array/],
  ["no images", { images: undefined }, /images are an Undefined/],
  ["no height", { height: undefined }, /height undefined; a whole number of pixels/],
  ["half a pixel", { width: 2.5 }, /width 2.5/],
  ["transparency", { channels: 4, images: new Uint8Array(48) }, /4 channels; 1 \(grey\) or 3/],
  ["an image too few", { images: new Uint8Array(6) }, /6 bytes of images; 2 labels × 2 × 3 × 1 are 12/],
  [
    "boxes of one image",
    { boxes: withBoxes({ first: Int32Array.of(0, 1) }) },
    /^toy: boxes.first does not share 1 boxes/,
  ],
  ["boxes that are not shared out", { boxes: withBoxes({ first: Int32Array.of(0, 2, 1) }) }, /rises from 0 to 1/],
  ["half a box", { boxes: withBoxes({ boxes: Float64Array.of(1, 0) }) }, /2 numbers of boxes; .* are 4/],
  ["a box of no class", { boxes: withBoxes({ index: Int32Array.of(2) }) }, /^toy, boxes: label 2 of image 0/],
  ["an empty box", { boxes: withBoxes({ boxes: Float64Array.of(1, 0, 0, 1) }) }, /box 0 \[1, 0, 0, 1\] does not lie/],
  ["a box beyond its image", { boxes: withBoxes({ boxes: Float64Array.of(2, 0, 2, 1) }) }, /on its image of 3×2; clip/],
  [
    "captions of one image",
    { captions: [["a"]] },
    /^toy: captions of 1 images; 2 are needed, a list of texts for each/,
  ],
  [
    "a caption that is no list",
    { captions: [["a"], "b"] },
    /captions of image 1 are no list of texts; write e.g. \["a cat/,
  ],
  ["a caption that is no text", { captions: [[1], ["b"]] }, /captions of image 0 are no list of texts/],
])("images: %s", (_, changes, message) => {
  expect(() => checkImageSet(other(changes))).toThrow(UserError);
  expect(() => checkImageSet(other(changes))).toThrow(message);
});

test.each<[string, ArrayLike<unknown>, RegExp]>([
  ["K", [0, 2], /^toy: label 2 of image 1 is outside \[0, 2\); labels are whole numbers from 0 to 1$/],
  ["below 0", [-1], /label -1 of image 0/],
  ["a fraction", Float32Array.of(0, 0.5), /label 0.5 of image 1/],
  ["NaN", [Number.NaN], /label NaN of image 0/],
  ["a BigInt", BigInt64Array.of(1n), /label 1n \(a BigInt\) of image 0/],
  ["a name", ["cat"], /label cat of image 0/],
])("labels: %s", (_, labels, message) => {
  expect(() => checkLabels("toy", labels, 2)).toThrow(UserError);
  expect(() => checkLabels("toy", labels, 2)).toThrow(message);
});
