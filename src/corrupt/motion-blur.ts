import { corruption } from "./corruption.ts";
import { motionBlurred } from "./motion-kernel.ts";

interface Level {
  readonly radius: number;
  /** Standard deviation along the trail, pixels. */
  readonly sigma: number;
}
const level = (radius: number, sigma: number): Level => ({ radius, sigma });

export const motionBlur = corruption<Level>({
  name: "motion_blur",
  title: "Motion blur",
  meaning: "Smears the image to one side at a random angle within 45° of the horizontal, as ImageMagick does.",
  suite: "c",
  random: true,
  levels: {
    cifar: [level(6, 1), level(6, 1.5), level(6, 2), level(8, 2), level(9, 2.5)],
    "tiny-imagenet": [level(10, 1), level(10, 1.5), level(10, 2), level(10, 2.5), level(12, 3)],
    imagenet: [level(10, 3), level(15, 5), level(15, 8), level(15, 12), level(20, 15)],
  },
  apply(image, { radius, sigma }, random) {
    const angle = -45 + 90 * random.uniform();
    const smeared = motionBlurred(Float64Array.from(image.data), image, { radius, sigma, angle });
    // ImageMagick rounds when it writes.
    return { ...image, data: Uint8Array.from(smeared, Math.round) };
  },
});
