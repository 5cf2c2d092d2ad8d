import { corruption, type Image } from "./corruption.ts";
import { gaussianBlur } from "./filter.ts";
import { fromUnit, mapValues, toUnit } from "./pixels.ts";
import { shineOfDrops } from "./water.ts";

interface Level {
  /** Mean and standard deviation of the noise that becomes drops. */
  readonly mean: number;
  readonly std: number;
  /** Smoothing of the noise, pixels. */
  readonly sigma: number;
  /** What is below is dry. */
  readonly threshold: number;
  /** How opaque water is; how soft mud is, pixels. */
  readonly strength: number;
  readonly kind: "water" | "mud";
}
const water = (mean: number, std: number, sigma: number, threshold: number, strength: number): Level => ({
  mean,
  std,
  sigma,
  threshold,
  strength,
  kind: "water",
});
const mud = (...level: Parameters<typeof water>): Level => ({ ...water(...level), kind: "mud" });

/** Pale turquoise and brown, RGB bytes. */
const COLOURS = { water: [175, 238, 238], mud: [63, 42, 20] };

export const spatter = corruption<Level>({
  name: "spatter",
  title: "Spatter",
  meaning: "Drops of water on the lens, brightened at their edges; at the higher severities mud.",
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
  apply(image, level, random) {
    const { height, width } = image;
    const shape = { height, width, channels: 1 };
    const noise = Float64Array.from({ length: height * width }, () => level.mean + level.std * random.normal());
    const liquid = gaussianBlur(noise, shape, level.sigma).map((value) => (value < level.threshold ? 0 : value));
    return level.kind === "water" ? wet(image, liquid, level) : muddy(image, liquid, level);
  },
});

const grey = ([r, g, b]: readonly number[]): readonly number[] => [0.299 * r + 0.587 * g + 0.114 * b];
const colourOf = (kind: Level["kind"], channels: number): readonly number[] =>
  channels === 1 ? grey(COLOURS[kind]) : COLOURS[kind];

function wet(image: Image, liquid: Float64Array, { strength }: Level): Image {
  const { height, width, channels } = image;
  const shine = shineOfDrops(liquid, height, width);
  const colour = colourOf("water", channels);
  return fromUnit(
    mapValues(
      toUnit(image),
      (value, i) => value + (shine[Math.floor(i / channels)] * strength * colour[i % channels]) / 255,
    ),
  );
}

function muddy(image: Image, liquid: Float64Array, { threshold, strength }: Level): Image {
  const { height, width, channels } = image;
  const shape = { height, width, channels: 1 };
  const blob = gaussianBlur(
    liquid.map((value) => (value > threshold ? 1 : 0)),
    shape,
    strength,
  ).map((value) => (value < 0.8 ? 0 : value));
  const colour = colourOf("mud", channels);
  return fromUnit(
    mapValues(toUnit(image), (value, i) => {
      const covered = blob[Math.floor(i / channels)];
      return value * (1 - covered) + (covered * colour[i % channels]) / 255;
    }),
  );
}
