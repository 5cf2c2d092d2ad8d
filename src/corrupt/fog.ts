import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";
import { plasmaFractal, powerOfTwo } from "./plasma-fractal.ts";

interface Level {
  readonly thickness: number;
  /** How fast the cloud loses its detail. */
  readonly decay: number;
}
const level = (thickness: number, decay: number): Level => ({ thickness, decay });

export const fog = corruption<Level>({
  name: "fog",
  title: "Fog",
  meaning: "Adds a fractal cloud, the same for all channels, and scales the sum back to the image's largest value.",
  suite: "c",
  random: true,
  levels: {
    cifar: [level(0.2, 3), level(0.5, 3), level(0.75, 2.5), level(1, 2), level(1.5, 1.75)],
    "tiny-imagenet": [level(0.4, 3), level(0.7, 3), level(1, 2.5), level(1.5, 2), level(2, 1.75)],
    imagenet: [level(1.5, 2), level(2, 2), level(2.5, 1.7), level(2.5, 1.5), level(3, 1.4)],
  },
  apply(image, { thickness, decay }, random) {
    const { height, width, channels } = image;
    const size = powerOfTwo(Math.max(height, width));
    const cloud = plasmaFractal(size, decay, random);
    const unit = toUnit(image);
    const largest = unit.data.reduce((a, b) => Math.max(a, b), 0);
    const scale = largest / (largest + thickness);
    return fromUnit(
      mapValues(unit, (value, i) => {
        const pixel = Math.floor(i / channels);
        const place = Math.floor(pixel / width) * size + (pixel % width);
        return (value + thickness * cloud[place]) * scale;
      }),
    );
  },
});
