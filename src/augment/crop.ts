import { UserError } from "../core/index.ts";
import type { Augmentation } from "./augmentation.ts";

/**
 * Pads by `pad` pixels on every side, then crops back to the size at a uniformly random place: torchvision's
 * RandomCrop(size, padding=pad). The padding is `fill` before normalisation, black (0) as there; 255 suits emoji,
 * whose background is white.
 * @example
 * const augment = [crop({ pad: 4 }), flip()]; // the usual of CIFAR-10
 */
export function crop({ pad, fill = 0 }: { pad: number; fill?: number }): Augmentation {
  if (!(Number.isInteger(pad) && pad >= 0)) throw new UserError(`crop: pad ${pad} is not an integer ≥ 0`);
  if (!(Number.isInteger(fill) && fill >= 0 && fill <= 255))
    throw new UserError(`crop: fill ${fill} is not an integer from 0 to 255`);
  return {
    name: "crop",
    options: { pad, fill },
    apply(image, random) {
      const { height, width, channels, data } = image;
      const down = random.integer(2 * pad + 1) - pad;
      const right = random.integer(2 * pad + 1) - pad;
      if (down === 0 && right === 0) return image;
      const rowBytes = width * channels;
      const out = new Uint8Array(data.length);
      if (fill > 0) out.fill(fill);
      // Row y of the result is row y + down of the image, from column x + right on.
      const from = Math.max(0, right) * channels;
      const to = Math.max(0, -right) * channels;
      const length = rowBytes - Math.abs(right) * channels;
      if (length <= 0) return { ...image, data: out };
      for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
        const source = (y + down) * rowBytes + from;
        out.set(data.subarray(source, source + length), y * rowBytes + to);
      }
      return { ...image, data: out };
    },
  };
}
