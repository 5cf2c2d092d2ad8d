import { type ImageSet, Random } from "../core/index.ts";

/** Waves and grain: no corruption finds an easy case. */
export function texturedImages(count: number, side: number): ImageSet {
  const random = new Random("textured images");
  const images = new Uint8Array(count * side * side * 3);
  for (let n = 0, at = 0; n < count; n++) {
    const [fx, fy] = [0.1 + 0.5 * random.uniform(), 0.1 + 0.5 * random.uniform()];
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++, at++)
          images[at] = 128 + 80 * Math.sin(fx * x + c) * Math.cos(fy * y) + 40 * (random.uniform() - 0.5);
  }
  const labels = new Int32Array(count);
  return { name: "textured", height: side, width: side, channels: 3, images, labels, classNames: ["texture"] };
}
