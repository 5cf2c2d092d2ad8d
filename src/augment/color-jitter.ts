import { UserError } from "../core/index.ts";
import type { Augmentation, Image } from "./augmentation.ts";
import { turnHue } from "./hue.ts";
import { brightness, contrast, saturation } from "./tones.ts";

/** What is jittered, by name; brightness, contrast and saturation by a factor, hue by turns of the colour circle. */
export const jitters = {
  brightness,
  contrast,
  saturation,
  hue: turnHue,
} as const satisfies Record<string, (image: Image, amount: number) => Image>;
const names = Object.keys(jitters) as (keyof typeof jitters)[];

/**
 * Colour jitter, torchvision's `ColorJitter` of a Pillow image: brightness, contrast and saturation by factors uniform
 * in [max(0, 1 − amount), 1 + amount], the hue turned by a share uniform in [−hue, hue] of the circle, in random order.
 * The defaults are MoCo v2's (Chen et al. 2020); torchvision's own are 0. Grey images have no saturation or hue.
 * @throws UserError for an amount below 0, or a hue outside [0, 0.5]
 * @example
 * const augment = [colorJitter({ brightness: 0.4, contrast: 0.4 })];
 */
export function colorJitter(options: Partial<Record<keyof typeof jitters, number>> = {}): Augmentation {
  const { brightness = 0.4, contrast = 0.4, saturation = 0.4, hue = 0.1 } = options;
  const amounts = { brightness, contrast, saturation, hue };
  for (const name of names) {
    const amount = amounts[name];
    if (!(amount >= 0 && Number.isFinite(amount)))
      throw new UserError(`colorJitter: ${name} ${amount} is not a number ≥ 0; e.g. ${name === "hue" ? 0.1 : 0.4}`);
  }
  if (hue > 0.5) throw new UserError(`colorJitter: hue ${hue} is above 0.5, half of the colour circle; e.g. 0.1`);
  return {
    name: "colorJitter",
    options: amounts,
    keepsPlaces: true,
    apply(image, random) {
      let out = image;
      for (const name of random.shuffle([...names])) {
        const amount = amounts[name];
        const [low, high] = name === "hue" ? [-amount, amount] : [Math.max(0, 1 - amount), 1 + amount];
        // An amount of 0 leaves the image alone, as in torchvision: hue's way through bytes would change it.
        if (amount > 0) out = jitters[name](out, low + (high - low) * random.uniform());
      }
      return out;
    },
  };
}
