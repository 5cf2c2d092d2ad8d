import sharp from "sharp";
import type { Image, LetterboxFrame } from "../core/index.ts";
import { greyOf } from "./convert.ts";
import { decodeWholeImage } from "./decode.ts";

export interface Letterboxed {
  /** [size, size, C] */
  readonly pixels: Uint8Array;
  readonly frame: LetterboxFrame;
  /** The picture, in colour. */
  readonly picture: Image;
}

export interface LetterboxOptions {
  readonly channels?: number;
  /** The byte of what lies beside the picture; 127 where absent. */
  readonly background?: number;
  /** What messages call it. */
  readonly name?: string;
}

/**
 * One image file, by its path or its bytes, whole in a square of `size` pixels.
 * @throws UserError as `decodeWholeImage`
 * @example
 * const { pixels, frame } = await decodeLetterboxed("street.jpg", 128);
 */
export async function decodeLetterboxed(
  image: string | Uint8Array,
  size: number,
  { channels = 3, background = 127, name }: LetterboxOptions = {},
): Promise<Letterboxed> {
  const picture = await decodeWholeImage(image, name);
  const { width, height } = picture;
  const scale = Math.min(size / width, size / height);
  const [wide, high] = [width, height].map((side) => Math.min(size, Math.max(1, Math.round(side * scale))));
  const raw = { width, height, channels: 3 } as const;
  const shrunk = await sharp(picture.data, { raw }).resize(wide, high, { fit: "fill" }).removeAlpha().raw().toBuffer();
  const [left, top] = [Math.floor((size - wide) / 2), Math.floor((size - high) / 2)];
  const pixels = new Uint8Array(3 * size * size).fill(background);
  for (let y = 0; y < high; y++)
    pixels.set(shrunk.subarray(3 * y * wide, 3 * (y + 1) * wide), 3 * ((top + y) * size + left));
  return {
    pixels: channels === 1 ? greyOf(pixels) : pixels,
    frame: { width, height, across: wide / width, down: high / height, left, top },
    picture,
  };
}

type Box = readonly [x: number, y: number, width: number, height: number];

/**
 * A box in the square, in the picture's own pixels and clipped to the picture; `undefined` where it lies beside it.
 * @example
 * const { frame } = await decodeLetterboxed("street.jpg", 128);
 * const box = inPicture([10, 20, 30, 40], frame);
 */
export function inPicture([x, y, width, height]: Box, frame: LetterboxFrame): Box | undefined {
  const { across, down, left, top } = frame;
  const [from, upper] = [Math.max(0, (x - left) / across), Math.max(0, (y - top) / down)];
  const to = Math.min(frame.width, (x + width - left) / across);
  const lower = Math.min(frame.height, (y + height - top) / down);
  return to > from && lower > upper ? [from, upper, to - from, lower - upper] : undefined;
}

/**
 * A box in the picture, in the square's pixels.
 * @example
 * const { frame } = await decodeLetterboxed("street.jpg", 128);
 * const learnt = inSquare([10, 20, 30, 40], frame);
 */
export const inSquare = ([x, y, width, height]: Box, { across, down, left, top }: LetterboxFrame): Box => [
  x * across + left,
  y * down + top,
  width * across,
  height * down,
];
