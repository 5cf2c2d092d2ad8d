import { clippedZoom } from "./clipped-zoom.ts";
import { corruption } from "./corruption.ts";
import { motionBlurred } from "./motion-kernel.ts";
import { clip, fromUnit, luma, toUnit } from "./pixels.ts";

interface Level {
  /** Mean and standard deviation of the noise that becomes flakes. */
  readonly mean: number;
  readonly std: number;
  /** Enlargement of the flakes. */
  readonly zoom: number;
  /** What is below is no flake. */
  readonly threshold: number;
  /** Trail of the falling flakes, pixels. */
  readonly radius: number;
  readonly sigma: number;
  /** Share of the image against its whitened self. */
  readonly blend: number;
}
const level = (
  ...[mean, std, zoom, threshold, radius, sigma, blend]: [number, number, number, number, number, number, number]
): Level => ({
  mean,
  std,
  zoom,
  threshold,
  radius,
  sigma,
  blend,
});

export const snow = corruption<Level>({
  name: "snow",
  title: "Snow",
  meaning: "Whitens the image and lays falling flakes over it, once upright and once turned by 180°.",
  suite: "c",
  random: true,
  levels: {
    cifar: [
      level(0.1, 0.2, 1, 0.6, 8, 3, 0.95),
      level(0.1, 0.2, 1, 0.5, 10, 4, 0.9),
      level(0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
      level(0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
      level(0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ],
    "tiny-imagenet": [
      level(0.1, 0.2, 1, 0.6, 8, 3, 0.8),
      level(0.1, 0.2, 1, 0.5, 10, 4, 0.8),
      level(0.15, 0.3, 1.75, 0.55, 10, 4, 0.7),
      level(0.25, 0.3, 2.25, 0.6, 12, 6, 0.65),
      level(0.3, 0.3, 1.25, 0.65, 14, 12, 0.6),
    ],
    imagenet: [
      level(0.1, 0.3, 3, 0.5, 10, 4, 0.8),
      level(0.2, 0.3, 2, 0.5, 12, 4, 0.7),
      level(0.55, 0.3, 4, 0.9, 12, 8, 0.7),
      level(0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
      level(0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
    ],
  },
  apply(image, { mean, std, zoom, threshold, radius, sigma, blend }, random) {
    const { height, width, channels } = image;
    const shape = { height, width, channels: 1 };
    const noise = Float64Array.from({ length: height * width }, () => mean + std * random.normal());
    const flakes = clippedZoom(noise, shape, zoom).map((value) =>
      value < threshold ? 0 : Math.trunc(clip(value) * 255),
    );
    const angle = -135 + 90 * random.uniform();
    // ImageMagick rounds when it writes.
    const layer = motionBlurred(flakes, shape, { radius, sigma, angle }).map((value) => Math.round(value) / 255);
    const unit = toUnit(image);
    const grey = luma(unit);
    const last = layer.length - 1;
    const data = unit.data.map((value, i) => {
      const pixel = Math.floor(i / channels);
      const white = Math.max(value, grey[pixel] * 1.5 + 0.5);
      return blend * value + (1 - blend) * white + layer[pixel] + layer[last - pixel];
    });
    return fromUnit({ ...unit, data });
  },
});
