import { affineThrough, type Point, warpAffine } from "./affine-warp.ts";
import { corruption } from "./corruption.ts";
import { displace, randomDisplacements } from "./displacement.ts";

/** Shares of the image's shorter side. */
export interface ElasticLevel {
  /** Of the displacements before they are smoothed. */
  readonly amplitude: number;
  /** Of the smoothing. */
  readonly sigma: number;
  /** How far the corners of a triangle move at most, in x and in y. */
  readonly affine: number;
}

/** ImageNet-C's constants are multiples of 244 px, a slip for 224 that its authors kept. */
const SLIP = 244 / 224;
const imagenet = (amplitude: number, sigma: number, affine: number): ElasticLevel => ({
  amplitude: amplitude * SLIP,
  sigma: sigma * SLIP,
  affine: affine * SLIP,
});

export const elasticTransform = corruption<ElasticLevel>({
  name: "elastic_transform",
  title: "Elastic transform",
  meaning:
    "Warps by a random affine map (places rounded to 1/32 pixel, as OpenCV does), then by a smooth random field. " +
    "As published, severity 1 of the small benchmarks is the affine map alone, and ImageNet-C counts in 244 px.",
  suite: "c",
  random: true,
  levels: {
    cifar: [
      { amplitude: 0, sigma: 0, affine: 0.08 },
      { amplitude: 0.05, sigma: 0.2, affine: 0.07 },
      { amplitude: 0.08, sigma: 0.06, affine: 0.06 },
      { amplitude: 0.1, sigma: 0.04, affine: 0.05 },
      { amplitude: 0.1, sigma: 0.03, affine: 0.03 },
    ],
    "tiny-imagenet": [
      { amplitude: 0, sigma: 0, affine: 0.08 },
      { amplitude: 0.05, sigma: 0.3, affine: 0.06 },
      { amplitude: 0.1, sigma: 0.08, affine: 0.06 },
      { amplitude: 0.1, sigma: 0.03, affine: 0.03 },
      { amplitude: 0.16, sigma: 0.03, affine: 0.02 },
    ],
    imagenet: [
      imagenet(2, 0.7, 0.1),
      imagenet(2, 0.08, 0.2),
      imagenet(0.05, 0.01, 0.02),
      imagenet(0.07, 0.01, 0.02),
      imagenet(0.12, 0.01, 0.02),
    ],
  },
  apply: ({ height, width, channels, data }, { amplitude, sigma, affine }, random) => {
    const shape = { height, width, channels };
    const side = Math.min(height, width);
    const reach = Math.max(1, Math.floor(side / 3));
    const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
    const corners: Point[] = [
      [x + reach, y + reach],
      [x + reach, y - reach],
      [x - reach, y - reach],
    ];
    const jitter = () => affine * side * (2 * random.uniform() - 1);
    const moved = corners.map(([px, py]): Point => [px + jitter(), py + jitter()]);
    // Single precision as in the original: it also takes off the rounding errors that the cut to bytes would show.
    let warped = warpAffine(Float32Array.from(data, (byte) => byte / 255), shape, affineThrough(moved, corners));
    if (amplitude > 0)
      warped = displace(
        warped,
        shape,
        randomDisplacements(shape, { amplitude: amplitude * side, sigma: sigma * side }, random),
      );
    return { ...shape, data: Uint8Array.from(warped, (value) => Math.fround(value * 255)) };
  },
});
