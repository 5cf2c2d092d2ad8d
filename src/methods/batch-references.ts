import { permutation, type Random } from "../core/index.ts";
import type { DrawnReferences } from "./method.ts";

/**
 * The images of a batch [N, C, H, W] in another order, drawn, as each other's references: as they are trained on, augmented and
 * mixed. This is how the released ImageNet code draws them (LLNL/anchoring); an image may meet itself.
 */
export function batchReferences(images: Float32Array, count: number, random: Random): DrawnReferences {
  const size = images.length / count;
  const references = new Float32Array(images.length);
  for (const [row, other] of permutation(count, random).entries())
    references.set(images.subarray(other * size, (other + 1) * size), row * size);
  return { clean: references, shown: references };
}
