import type { Random } from "../core/index.ts";
import { corruption } from "./corruption.ts";
import { gaussianBlur } from "./filter.ts";
import { fromUnit, toUnit, type UnitImage } from "./pixels.ts";
import { waterShare } from "./spatter-water.ts";

export interface SpatterLevel {
  readonly mean: number;
  readonly deviation: number;
  /** Of the blur that makes drops of noise, pixels. */
  readonly sigma: number;
  /** Liquid is where the layer is above. */
  readonly threshold: number;
  /** Water: how much the thickest covers. Mud: the blur of its edges, pixels. */
  readonly strength: number;
  readonly liquid: "water" | "mud";
}

const water = (
  mean: number,
  deviation: number,
  sigma: number,
  threshold: number,
  strength: number,
): SpatterLevel => ({ mean, deviation, sigma, threshold, strength, liquid: "water" });
const mud = (...constants: Parameters<typeof water>): SpatterLevel => ({ ...water(...constants), liquid: "mud" });

const PALE_TURQUOISE = [175 / 255, 238 / 255, 238 / 255];
const MUD_BROWN = [63 / 255, 42 / 255, 20 / 255];
const LUMA = [0.299, 0.587, 0.114];

export const spatter = corruption<SpatterLevel>({
  name: "spatter",
  title: "Spatter",
  meaning: "Splashes water (severities 1 to 3) or mud (4 and 5) onto the lens.",
  suite: "c-extra",
  random: true,
  levels: {
    cifar: [
      water(0.62, 0.1, 0.7, 0.7, 0.5),
      water(0.65, 0.1, 0.8, 0.7, 0.5),
      water(0.65, 0.3, 1, 0.69, 0.5),
      mud(0.65, 0.1, 0.7, 0.69, 0.6),
      mud(0.65, 0.1, 0.5, 0.68, 0.6),
    ],
    "tiny-imagenet": [
      water(0.62, 0.1, 0.7, 0.7, 0.6),
      water(0.65, 0.1, 0.8, 0.7, 0.6),
      water(0.65, 0.3, 1, 0.69, 0.6),
      mud(0.65, 0.1, 0.7, 0.68, 0.6),
      mud(0.65, 0.1, 0.5, 0.67, 0.6),
    ],
    imagenet: [
      water(0.65, 0.3, 4, 0.69, 0.6),
      water(0.65, 0.3, 3, 0.68, 0.6),
      water(0.65, 0.3, 2, 0.68, 0.5),
      mud(0.65, 0.3, 1, 0.65, 1.5),
      mud(0.67, 0.4, 1, 0.65, 1.5),
    ],
  },
  apply: (image, level, random) => {
    const unit = toUnit(image);
    const layer = liquidLayer(unit, level, random);
    return fromUnit(level.liquid === "water" ? underWater(unit, layer, level) : underMud(unit, layer, level));
  },
});

/** [H × W], 0 where there is no liquid. */
export function liquidLayer(
  { height, width }: Pick<UnitImage, "height" | "width">,
  { mean, deviation, sigma, threshold }: SpatterLevel,
  random: Random,
): Float64Array {
  const noise = new Float64Array(height * width);
  for (let i = 0; i < noise.length; i++) noise[i] = mean + deviation * random.normal();
  const layer = gaussianBlur(noise, { height, width, channels: 1 }, sigma);
  for (let i = 0; i < layer.length; i++) if (layer[i] < threshold) layer[i] = 0;
  return layer;
}

export function underWater(image: UnitImage, layer: Float64Array, { strength }: SpatterLevel): UnitImage {
  const share = waterShare(layer, image);
  return painted(image, (value, p, c) => Math.min(value + strength * share[p] * PALE_TURQUOISE[c], 1));
}

export function underMud(image: UnitImage, layer: Float64Array, { threshold, strength }: SpatterLevel): UnitImage {
  const { height, width } = image;
  const splashes = layer.map((value) => (value > threshold ? 1 : 0));
  const share = gaussianBlur(splashes, { height, width, channels: 1 }, strength);
  for (let i = 0; i < share.length; i++) if (share[i] < 0.8) share[i] = 0;
  return painted(image, (value, p, c) => value * (1 - share[p]) + share[p] * MUD_BROWN[c]);
}

/** `paint` for every pixel and channel; a grey image is painted as RGB, its luma given back. */
function painted(image: UnitImage, paint: (value: number, pixel: number, channel: number) => number): UnitImage {
  const { channels, data } = image;
  const out = new Float64Array(data.length);
  for (let p = 0, at = 0; at < data.length; p++) {
    if (channels === 3) for (let c = 0; c < 3; c++, at++) out[at] = paint(data[at], p, c);
    else {
      const grey = data[at];
      // The change's luma, so that an untouched pixel stays exactly as it is.
      let change = 0;
      for (let c = 0; c < 3; c++) change += LUMA[c] * (paint(grey, p, c) - grey);
      out[at++] = grey + change;
    }
  }
  return { ...image, data: out };
}
