import type { Image } from "./augmentation.ts";

/** A turn of the colour circle is 255 steps to Pillow; a byte that runs over still wraps at 256, as in torchvision. */
const TURN = 255;
const single = Math.fround;

/** Hue and saturation as Pillow's `convert("HSV")` has them: quotients in float32, bytes cut off. */
function hueAndSaturation(r: number, g: number, b: number, high: number, low: number): [number, number] {
  if (high === low) return [0, 0];
  const range = high - low;
  const [fromR, fromG, fromB] = [r, g, b].map((value) => single((high - value) / range));
  let sixths = single(fromB - fromG);
  if (r !== high) sixths = single(g === high ? 2 + fromR - fromB : 4 + fromG - fromR);
  const hue = single((sixths / 6 + 1) % 1);
  return [Math.trunc(hue * TURN), Math.trunc(single(range / high) * TURN)];
}

/**
 * The hue moved by `shift` turns of the colour circle, in [−0.5, 0.5], through bytes of hue, saturation and value:
 * torchvision's `adjust_hue` of a Pillow image, byte for byte. Grey images have no hue and stay.
 */
export function turnHue(image: Image, shift: number): Image {
  if (image.channels !== 3) return image;
  const moved = Math.trunc(shift * TURN);
  const data = new Uint8Array(image.data.length);
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = [image.data[at], image.data[at + 1], image.data[at + 2]];
    const value = Math.max(r, g, b);
    const [hue, saturation] = hueAndSaturation(r, g, b, value, Math.min(r, g, b));
    const sixths = (((hue + moved) & 255) * 6) / TURN;
    const sector = Math.floor(sixths);
    const within = single(sixths - sector);
    const share = single(saturation / 255);
    const low = Math.round(value * (1 - share));
    const falling = Math.round(value * (1 - single(share * within)));
    const rising = Math.round(value * (1 - share * (1 - within)));
    const fall = [value, falling, low, low, rising, value];
    // Red, green and blue run through the same curve, a third of a turn apart.
    data[at] = fall[sector % 6];
    data[at + 1] = fall[(sector + 4) % 6];
    data[at + 2] = fall[(sector + 2) % 6];
  }
  return { ...image, data };
}
