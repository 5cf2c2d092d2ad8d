import type { Image } from "./augmentation.ts";

/** A turn of the colour circle is 255 steps to Pillow; a byte that runs over still wraps at 256, as in torchvision. */
const TURN = 255;
const single = Math.fround;

/** Hue as Pillow's `convert("HSV")` has it: quotients in float32, the byte cut off. */
function hueOf(r: number, g: number, b: number, high: number, range: number): number {
  const fromR = single((high - r) / range);
  const fromG = single((high - g) / range);
  const fromB = single((high - b) / range);
  let sixths = single(fromB - fromG);
  if (r !== high) sixths = single(g === high ? 2 + fromR - fromB : 4 + fromG - fromR);
  return Math.trunc(single((sixths / 6 + 1) % 1) * TURN);
}

/**
 * The hue moved by `shift` turns of the colour circle, in [−0.5, 0.5], through bytes of hue, saturation and value:
 * torchvision's `adjust_hue` of a Pillow image, byte for byte. Grey images have no hue and stay.
 */
export function turnHue(image: Image, shift: number): Image {
  if (image.channels !== 3) return image;
  const moved = Math.trunc(shift * TURN);
  const data = new Uint8Array(image.data.length);
  // Of the six sectors of the circle; red, green and blue run through them a third of a turn apart.
  const fall = new Uint8Array(6);
  for (let at = 0; at < data.length; at += 3) {
    const r = image.data[at];
    const g = image.data[at + 1];
    const b = image.data[at + 2];
    const value = Math.max(r, g, b);
    const range = value - Math.min(r, g, b);
    const hue = range === 0 ? 0 : hueOf(r, g, b, value, range);
    const saturation = range === 0 ? 0 : Math.trunc(single(range / value) * TURN);
    const sixths = (((hue + moved) & 255) * 6) / TURN;
    const sector = Math.floor(sixths);
    const within = single(sixths - sector);
    const share = single(saturation / 255);
    fall[0] = value;
    fall[1] = Math.round(value * (1 - single(share * within)));
    fall[2] = Math.round(value * (1 - share));
    fall[3] = fall[2];
    fall[4] = Math.round(value * (1 - share * (1 - within)));
    fall[5] = value;
    data[at] = fall[sector % 6];
    data[at + 1] = fall[(sector + 4) % 6];
    data[at + 2] = fall[(sector + 2) % 6];
  }
  return { ...image, data };
}
