import type { Image } from "./corruption.ts";

/** An image under work: [H, W, C] row-major, float64, nominally in [0, 1]. */
export interface UnitImage {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/** Bytes / 255. */
export const toUnit = ({ height, width, channels, data }: Image): UnitImage => ({
  height,
  width,
  channels,
  data: Float64Array.from(data, (byte) => byte / 255),
});

/** Clipped to [0, 1], times 255, cut off to whole numbers: NumPy's cast to uint8, which the benchmarks use. */
export const fromUnit = ({ height, width, channels, data }: UnitImage): Image =>
  fromBytes({ height, width, channels, data: data.map((value) => clip(value) * 255) });

/** Values in [0, 255], clipped to it and cut off to whole numbers. */
export function fromBytes({ height, width, channels, data }: UnitImage): Image {
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = Math.trunc(Math.min(Math.max(data[i], 0), 255));
  return { height, width, channels, data: bytes };
}

/** Into [0, 1]. */
export const clip = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Same shape, every value mapped. */
export const mapValues = (image: UnitImage, change: (value: number, index: number) => number): UnitImage => ({
  ...image,
  data: image.data.map(change),
});

/** ITU-R BT.601 luma [H × W] of an image of 1 or 3 channels, as OpenCV's grey conversion. */
export function luma({ channels, data }: Pick<UnitImage, "channels" | "data">): Float64Array {
  if (channels === 1) return data.slice();
  return Float64Array.from({ length: data.length / 3 }, (_, p) => {
    const at = 3 * p;
    return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  });
}
