import { type ImageSet, Random } from "../core/index.ts";

/** Draws the `n`th image into `pixels` [H × W × C], all zeros. */
type Drawing = (pixels: Uint8Array, random: Random, n: number) => void;

/** `count` images in the shape of another set, each drawn by a stream of its own: always the same ones. Labels are −1. */
export function madeSet(
  name: string,
  { height, width, channels }: Pick<ImageSet, "height" | "width" | "channels">,
  count: number,
  draw: Drawing,
): ImageSet {
  const size = height * width * channels;
  const images = new Uint8Array(count * size);
  for (let n = 0; n < count; n++) draw(images.subarray(n * size, (n + 1) * size), new Random(`foreign ${name}`, n), n);
  const labels = new Int32Array(count).fill(-1);
  return { name, height, width, channels, images, classNames: [], labels };
}
