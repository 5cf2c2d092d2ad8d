import { corruption, type Image } from "./corruption.ts";
import { diskKernel, type Kernel } from "./disk-kernel.ts";
import { reflect101 } from "./filter.ts";
import { fromUnit, toUnit } from "./pixels.ts";

interface Level {
  /** Of the disk, pixels. */
  readonly radius: number;
  /** Standard deviation of the softening of its rim, pixels. */
  readonly alias: number;
}
const level = (radius: number, alias: number): Level => ({ radius, alias });

export const defocusBlur = corruption<Level>({
  name: "defocus_blur",
  title: "Defocus blur",
  meaning: "Spreads every pixel over a softened disk, as a lens out of focus does.",
  suite: "c",
  random: false,
  levels: {
    cifar: [level(0.3, 0.4), level(0.4, 0.5), level(0.5, 0.6), level(1, 0.2), level(1.5, 0.1)],
    "tiny-imagenet": [level(0.5, 0.6), level(1, 0.1), level(1.5, 0.1), level(2.5, 0.01), level(3, 0.1)],
    imagenet: [level(3, 0.1), level(4, 0.5), level(6, 0.5), level(8, 0.5), level(10, 0.5)],
  },
  apply: (image, { radius, alias }) => correlate(image, diskKernel(radius, alias)),
});

/** Border reflect-101; taps of no weight are left out, which most are. */
function correlate(image: Image, { side, weights }: Kernel): Image {
  const unit = toUnit(image);
  const { height, width, channels, data } = unit;
  const reach = (side - 1) / 2;
  const out = new Float64Array(data.length);
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k];
    if (weight === 0) continue;
    const dy = Math.floor(k / side) - reach;
    const dx = (k % side) - reach;
    for (let y = 0; y < height; y++) {
      const row = reflect101(y + dy, height) * width;
      for (let x = 0; x < width; x++) {
        const from = (row + reflect101(x + dx, width)) * channels;
        const to = (y * width + x) * channels;
        for (let c = 0; c < channels; c++) out[to + c] += weight * data[from + c];
      }
    }
  }
  return fromUnit({ ...unit, data: out });
}
