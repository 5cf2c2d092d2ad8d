import { corruption } from "./corruption.ts";
import { changeHsv } from "./hsv.ts";
import { clip, fromUnit, mapValues, toUnit } from "./pixels.ts";

export const brightness = corruption<number>({
  name: "brightness",
  title: "Brightness",
  meaning: "Adds to the value of HSV.",
  suite: "c",
  random: false,
  levels: {
    cifar: [0.05, 0.1, 0.15, 0.2, 0.3],
    "tiny-imagenet": [0.1, 0.2, 0.3, 0.4, 0.5],
    imagenet: [0.1, 0.2, 0.3, 0.4, 0.5],
  },
  apply(image, added) {
    const unit = toUnit(image);
    // A grey value is its own HSV value.
    if (unit.channels === 1) return fromUnit(mapValues(unit, (value) => value + added));
    const data = changeHsv(unit.data, (hsv) => {
      hsv.v = clip(hsv.v + added);
    });
    return fromUnit({ ...unit, data });
  },
});
