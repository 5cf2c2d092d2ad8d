import { corruption } from "./corruption.ts";
import { gaussianBlur as blur } from "./filter.ts";
import { fromUnit, toUnit } from "./pixels.ts";

export const gaussianBlur = corruption<number>({
  name: "gaussian_blur",
  title: "Gaussian blur",
  meaning: "Averages neighbours with Gaussian weights, edges replicated.",
  suite: "c-extra",
  random: false,
  /** Standard deviation, pixels. */
  levels: {
    cifar: [0.4, 0.6, 0.7, 0.8, 1],
    "tiny-imagenet": [0.5, 0.75, 1, 1.25, 1.5],
    imagenet: [1, 2, 3, 4, 6],
  },
  apply(image, sigma) {
    const unit = toUnit(image);
    return fromUnit({ ...unit, data: blur(unit.data, unit, sigma) });
  },
});
