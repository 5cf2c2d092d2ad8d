import type { Random } from "../core/index.ts";
import { corruption } from "./corruption.ts";
import { gaussianKernel, reflectHalf, separableFilter } from "./filter.ts";
import { fromUnit, toUnit } from "./pixels.ts";
import { resampled, warpCorners } from "./resample.ts";

/** Shares of the image's side. */
interface Level {
  /** How far the random field shifts a pixel, before it is smoothed. */
  readonly alpha: number;
  /** Standard deviation of its smoothing. */
  readonly sigma: number;
  /** How far the corners of the affine map move. */
  readonly affine: number;
}
const level = (alpha: number, sigma: number, affine: number): Level => ({ alpha, sigma, affine });
/** The published script says 244 where the images have 224 pixels; its authors kept it. */
const typo = (alpha: number, sigma: number, affine: number): Level =>
  level((244 / 224) * alpha, (244 / 224) * sigma, (244 / 224) * affine);

export const elasticTransform = corruption<Level>({
  name: "elastic_transform",
  title: "Elastic transform",
  meaning:
    "A random affine map, its sub-pixel places cut to 1/32 as OpenCV does, then a smooth random field of shifts. CIFAR's severity 1 is the affine map alone.",
  suite: "c",
  random: true,
  levels: {
    cifar: [
      level(0, 0, 0.08),
      level(0.05, 0.2, 0.07),
      level(0.08, 0.06, 0.06),
      level(0.1, 0.04, 0.05),
      level(0.1, 0.03, 0.03),
    ],
    "tiny-imagenet": [
      level(0, 0, 0.08),
      level(0.05, 0.3, 0.06),
      level(0.1, 0.08, 0.06),
      level(0.1, 0.03, 0.03),
      level(0.16, 0.03, 0.02),
    ],
    imagenet: [
      typo(2, 0.7, 0.1),
      typo(2, 0.08, 0.2),
      typo(0.05, 0.01, 0.02),
      typo(0.07, 0.01, 0.02),
      typo(0.12, 0.01, 0.02),
    ],
  },
  apply(image, { alpha, sigma, affine }, random) {
    const side = Math.min(image.height, image.width);
    const warped = warpCorners(toUnit(image), () => affine * side * (2 * random.uniform() - 1));
    const { height, width } = warped;
    const field = () => shifts(height, width, alpha * side, sigma * side, random);
    const [right, down] = [field(), field()];
    return fromUnit(
      resampled(warped, reflectHalf, (x, y, place) => {
        place.x = x + right[y * width + x];
        place.y = y + down[y * width + x];
      }),
    );
  },
});

/** Uniform shifts in ±alpha, smoothed by a Gaussian cut off at three deviations. */
function shifts(height: number, width: number, alpha: number, sigma: number, random: Random): Float64Array {
  const field = Float64Array.from({ length: height * width }, () => 2 * random.uniform() - 1);
  const kernel = gaussianKernel(Math.max(sigma, 1e-9), Math.floor(3 * sigma + 0.5));
  return separableFilter(field, { height, width, channels: 1 }, kernel, reflectHalf).map((value) => alpha * value);
}
