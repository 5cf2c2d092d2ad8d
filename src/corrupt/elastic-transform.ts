import type { Random } from "../core/index.ts";
import { corruption } from "./corruption.ts";
import { type Border, gaussianKernel, reflect101, reflectHalf, separableFilter } from "./filter.ts";
import { fromUnit, toUnit, type UnitImage } from "./pixels.ts";

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
    const warped = affineWarp(toUnit(image), affine * side, random);
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

/** Three corners of a square around the middle move by up to `reach` pixels on both axes, and the image with them. */
function affineWarp(image: UnitImage, reach: number, random: Random): UnitImage {
  const [cx, cy] = [Math.floor(image.width / 2), Math.floor(image.height / 2)];
  const arm = Math.floor(Math.min(image.height, image.width) / 3);
  const corners = [
    { x: cx + arm, y: cy + arm },
    { x: cx + arm, y: cy - arm },
    { x: cx - arm, y: cy - arm },
  ];
  const moved = corners.map(({ x, y }) => ({
    x: x + reach * (2 * random.uniform() - 1),
    y: y + reach * (2 * random.uniform() - 1),
  }));
  // Where each moved place comes from: solved for the edges of the triangle.
  const [ux, uy] = [moved[1].x - moved[0].x, moved[1].y - moved[0].y];
  const [vx, vy] = [moved[2].x - moved[1].x, moved[2].y - moved[1].y];
  const area = ux * vy - uy * vx;
  // An image of one or two pixels has no square to move.
  if (arm === 0 || Math.abs(area) < 1e-9) return image;
  const solve = (u: number, v: number) => [(u * vy - v * uy) / area, (v * ux - u * vx) / area];
  const [xx, xy] = solve(corners[1].x - corners[0].x, corners[2].x - corners[1].x);
  const [yx, yy] = solve(corners[1].y - corners[0].y, corners[2].y - corners[1].y);
  const cut = (value: number) => Math.floor(value * 32 + 0.5) / 32;
  return resampled(image, reflect101, (x, y, place) => {
    place.x = cut(corners[0].x + xx * (x - moved[0].x) + xy * (y - moved[0].y));
    place.y = cut(corners[0].y + yx * (x - moved[0].x) + yy * (y - moved[0].y));
  });
}

/** Bilinear, from the place that `from` writes for each pixel. */
function resampled(
  image: UnitImage,
  border: Border,
  from: (x: number, y: number, place: { x: number; y: number }) => void,
): UnitImage {
  const { height, width, channels, data } = image;
  const out = new Float64Array(data.length);
  const place = { x: 0, y: 0 };
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      from(x, y, place);
      const [left, top] = [Math.floor(place.x), Math.floor(place.y)];
      const [s, t] = [place.x - left, place.y - top];
      const [upper, lower] = [border(top, height) * width, border(top + 1, height) * width];
      const [first, second] = [border(left, width), border(left + 1, width)];
      for (let c = 0; c < channels; c++, to++) {
        const above = (1 - s) * data[(upper + first) * channels + c] + s * data[(upper + second) * channels + c];
        const below = (1 - s) * data[(lower + first) * channels + c] + s * data[(lower + second) * channels + c];
        out[to] = (1 - t) * above + t * below;
      }
    }
  return { ...image, data: out };
}
