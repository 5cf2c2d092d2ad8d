import { numpy as np } from "@jax-js/jax";
import { roundHalfEven } from "../core/internal.ts";

/**
 * [1, 1, H, W]: 0 in the central square of `keep` pixels, which a masked reference keeps, and 1 around it; the scalar 1
 * where nothing is kept. The square lies as torchvision's `CenterCrop` lays it, halves of a pixel to the even side.
 */
export function maskedRegion(keep: number, height: number, width: number): np.Array {
  if (keep === 0) return np.array(1);
  const [top, left] = [roundHalfEven((height - keep) / 2), roundHalfEven((width - keep) / 2)];
  const isKept = (y: number, x: number) => y >= top && y < top + keep && x >= left && x < left + keep;
  const region = Float32Array.from({ length: height * width }, (_, i) =>
    isKept(Math.floor(i / width), i % width) ? 0 : 1,
  );
  return np.array(region, { shape: [1, 1, height, width] });
}
