import { corruption } from "./corruption.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";

export const contrast = corruption<number>({
  name: "contrast",
  title: "Contrast",
  meaning: "Moves every value toward its channel's mean.",
  suite: "c",
  random: false,
  /** What is left of the distance. */
  levels: {
    cifar: [0.75, 0.5, 0.4, 0.3, 0.15],
    "tiny-imagenet": [0.4, 0.3, 0.2, 0.1, 0.05],
    imagenet: [0.4, 0.3, 0.2, 0.1, 0.05],
  },
  apply(image, left) {
    const unit = toUnit(image);
    const { channels, data } = unit;
    const means = new Float64Array(channels);
    for (let i = 0; i < data.length; i++) means[i % channels] += data[i];
    for (let c = 0; c < channels; c++) means[c] /= data.length / channels;
    return fromUnit(mapValues(unit, (value, i) => (value - means[i % channels]) * left + means[i % channels]));
  },
});
