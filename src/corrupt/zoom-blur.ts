import { clippedZoom } from "./clipped-zoom.ts";
import { corruption } from "./corruption.ts";
import { fromUnit, toUnit } from "./pixels.ts";

/** NumPy's `arange(1, end, step)`: ⌈(end − 1) / step⌉ factors in floating point, so an end may be among them. */
const factors = (end: number, step: number): readonly number[] =>
  Array.from({ length: Math.ceil((end - 1) / step) }, (_, i) => 1 + i * (1 + step - 1));

export const zoomBlur = corruption<readonly number[]>({
  name: "zoom_blur",
  title: "Zoom blur",
  meaning: "The mean of the image and of enlargements of its middle, as if the lens zoomed while the shutter was open.",
  suite: "c",
  random: false,
  /** Factors; Tiny-ImageNet-C has CIFAR's. */
  levels: {
    cifar: [factors(1.06, 0.01), factors(1.11, 0.01), factors(1.16, 0.01), factors(1.21, 0.01), factors(1.26, 0.01)],
    "tiny-imagenet": [
      factors(1.06, 0.01),
      factors(1.11, 0.01),
      factors(1.16, 0.01),
      factors(1.21, 0.01),
      factors(1.26, 0.01),
    ],
    imagenet: [factors(1.11, 0.01), factors(1.16, 0.01), factors(1.21, 0.02), factors(1.26, 0.02), factors(1.31, 0.03)],
  },
  apply(image, zooms) {
    const unit = toUnit(image);
    const sum = unit.data.slice();
    for (const zoom of zooms) clippedZoom(unit.data, unit, zoom, sum);
    return fromUnit({ ...unit, data: sum.map((value) => value / (zooms.length + 1)) });
  },
});
