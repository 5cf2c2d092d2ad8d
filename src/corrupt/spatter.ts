import { canny } from "./canny.ts";
import { corruption, type Image } from "./corruption.ts";
import { distanceTransform } from "./distance-transform.ts";
import { gaussianBlur, reflect101 } from "./filter.ts";
import { clip, fromUnit, mapValues, toUnit } from "./pixels.ts";

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
  const drops = Uint8Array.from(liquid, (value) => Math.trunc(clip(value) * 255));
  const distance = distanceTransform(
    canny(drops, height, width, 50, 150).map((edge) => 255 - edge),
    height,
    width,
  ).map((value) => Math.min(value, 20));
  const near = equalized(Uint8Array.from(boxMean(distance, height, width), Math.trunc));
  const embossed = boxMean(Float64Array.from(emboss(near, height, width)), height, width);
  const shine = embossed.map((value, p) => value * drops[p]);
  const largest = shine.reduce((a, b) => Math.max(a, b), 0);
  // An image without drops stays dry; the published script divides by zero here.
  const scale = largest > 0 ? strength / largest : 0;
  const colour = colourOf("water", channels);
  return fromUnit(
    mapValues(
      toUnit(image),
      (value, i) => value + (shine[Math.floor(i / channels)] * scale * colour[i % channels]) / 255,
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

/** Mean of 3×3 neighbours, border reflect-101. */
function boxMean(data: Float64Array, height: number, width: number): Float64Array {
  return neighbours(data, height, width, [1, 1, 1, 1, 1, 1, 1, 1, 1]).map((sum) => sum / 9);
}

const EMBOSS = [-2, -1, 0, -1, 1, 1, 0, 1, 2];

/** Cut to bytes, as OpenCV's filter of a byte image. */
const emboss = (data: Uint8Array, height: number, width: number): Uint8Array =>
  Uint8Array.from(neighbours(data, height, width, EMBOSS), (sum) => Math.min(Math.max(sum, 0), 255));

function neighbours(data: ArrayLike<number>, height: number, width: number, kernel: readonly number[]): Float64Array {
  const out = new Float64Array(height * width);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++)
      for (let k = 0; k < 9; k++) {
        if (kernel[k] === 0) continue;
        const row = reflect101(y + Math.floor(k / 3) - 1, height);
        out[at] += kernel[k] * data[row * width + reflect101(x + (k % 3) - 1, width)];
      }
  return out;
}

/** OpenCV's histogram equalisation: the darkest level that occurs becomes 0, the brightest 255. */
export function equalized(grey: Uint8Array): Uint8Array {
  const counts = new Int32Array(256);
  for (const value of grey) counts[value]++;
  const first = counts.findIndex((count) => count > 0);
  if (counts[first] === grey.length) return grey.slice();
  const scale = 255 / (grey.length - counts[first]);
  const table = new Uint8Array(256);
  for (let value = first + 1, sum = 0; value < 256; value++) {
    sum += counts[value];
    table[value] = Math.round(sum * scale);
  }
  return grey.map((value) => table[value]);
}
