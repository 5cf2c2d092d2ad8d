import type { Image } from "./corruption.ts";

/** OpenCV's `resize` by a factor below 1, bilinear: pixels between are not averaged but skipped. */
export function bilinearShrink({ height, width, channels, data }: Image, factor: number): Image {
  const down = taps(height, factor);
  const across = taps(width, factor);
  const out = new Uint8Array(down.length * across.length * channels);
  let to = 0;
  for (const { first: y0, second: y1, share: t } of down)
    for (const { first: x0, second: x1, share: s } of across)
      for (let c = 0; c < channels; c++, to++) {
        const at = (y: number, x: number) => data[(y * width + x) * channels + c];
        out[to] = Math.round((1 - t) * ((1 - s) * at(y0, x0) + s * at(y0, x1)) + t * ((1 - s) * at(y1, x0) + s * at(y1, x1)));
      }
  return { height: down.length, width: across.length, channels, data: out };
}

/** Sample i lies at (i + ½) / factor − ½: with 1/5 always on a pixel. */
function taps(size: number, factor: number) {
  return Array.from({ length: Math.round(size * factor) }, (_, i) => {
    const place = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), size - 1);
    const first = Math.floor(place);
    return { first, second: Math.min(first + 1, size - 1), share: place - first };
  });
}
