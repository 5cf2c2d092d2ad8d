import type { Image } from "./corruption.ts";
import { nearest } from "./filter.ts";

/** OpenCV's `INTER_LINEAR`: pixel centres correspond, four neighbours, no averaging when it shrinks. */
export function resizeBilinear(image: Image, height: number, width: number): Image {
  const { channels } = image;
  const data = new Uint8Array(height * width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const fromY = ((y + 0.5) * image.height) / height - 0.5;
    const top = Math.floor(fromY);
    const t = fromY - top;
    for (let x = 0; x < width; x++) {
      const fromX = ((x + 0.5) * image.width) / width - 0.5;
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
