import { corruption } from "./corruption.ts";
import { changeHsv } from "./hsv.ts";
import { clip, fromUnit, toUnit } from "./pixels.ts";

interface Level {
  readonly factor: number;
  readonly added: number;
}
const level = (factor: number, added: number): Level => ({ factor, added });

export const saturate = corruption<Level>({
  name: "saturate",
  title: "Saturate",
  meaning:
    "Multiplies the saturation of HSV, first down, then up. Grey pixels of colour images get a red tint where it is also added to, as published; grey images stay.",
  suite: "c-extra",
  random: false,
  levels: {
    cifar: [level(0.3, 0), level(0.1, 0), level(1.5, 0), level(2, 0.1), level(2.5, 0.2)],
    "tiny-imagenet": [level(0.3, 0), level(0.1, 0), level(2, 0), level(5, 0.1), level(30, 0.2)],
    imagenet: [level(0.3, 0), level(0.1, 0), level(2, 0), level(5, 0.1), level(20, 0.2)],
  },
  apply(image, { factor, added }) {
    if (image.channels === 1) return { ...image, data: new Uint8Array(image.data) };
    const unit = toUnit(image);
    const data = changeHsv(unit.data, (hsv) => {
      hsv.s = clip(hsv.s * factor + added);
    });
    return fromUnit({ ...unit, data });
  },
});
