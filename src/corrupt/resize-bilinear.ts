import { roundHalfEven } from "../core/internal.ts";
import type { Image } from "./corruption.ts";
import { nearest } from "./filter.ts";

/**
 * OpenCV's `INTER_LINEAR` by a factor: pixel centres correspond, four neighbours, no averaging when it shrinks; sizes
 * are rounded, the step is the factor's own.
 */
export function resizeBilinear(image: Image, factor: number): Image {
  const { channels } = image;
  const [height, width] = [image.height, image.width].map((size) => roundHalfEven(size * factor));
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const fromY = (y + 0.5) / factor - 0.5;
    const top = Math.floor(fromY);
    const t = fromY - top;
    for (let x = 0; x < width; x++) {
      const fromX = (x + 0.5) / factor - 0.5;
      const left = Math.floor(fromX);
      const s = fromX - left;
      const at = (dy: number, dx: number) =>
        (nearest(top + dy, image.height) * image.width + nearest(left + dx, image.width)) * channels;
      const corners = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
      for (let c = 0; c < channels; c++, to++) {
        const upper = (1 - s) * image.data[corners[0] + c] + s * image.data[corners[1] + c];
        const lower = (1 - s) * image.data[corners[2] + c] + s * image.data[corners[3] + c];
        data[to] = Math.round((1 - t) * upper + t * lower);
      }
    }
  }
  return { height, width, channels, data };
}
