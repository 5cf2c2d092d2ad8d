import { numpy as np } from "@jax-js/jax";
import { type Arrays, CENTER_NET_STRIDE } from "../../models/index.ts";
import { tracedDecoding } from "../../tasks/internal.ts";
import type { buildDetector } from "../../train/internal.ts";

/** What the exported function is fed: all but `images` is stored in the file. */
interface DetectorInputs {
  /** [N, S, S, C] pixels, 0 to 255. */
  readonly images: np.Array;
  /** [1, C, 1, 1] pixels are normalised as scale · x + shift. */
  readonly pixel_scale: np.Array;
  readonly pixel_shift: np.Array;
  /** [R, 1, C, S, S], normalised. */
  readonly references?: np.Array;
  readonly params: Arrays;
  readonly state: Arrays;
}

/**
 * Traced: pixels to `boxes` [N, M, 4], x, y, width and height in pixels of the images, `scores` [N, M], the largest first, and `classes` [N, M]
 * int32; under R ≥ 2 references `score_deviations` [N, M] and `side_deviations` [N, M, 4] in pixels, of left, upper, right and lower side. M is
 * 100, or all cells of all classes where they are fewer; beyond the last peak scores are 0. Boxes may reach beyond the image.
 */
export const detectorGraph =
  ({ model, method, shape }: ReturnType<typeof buildDetector>) =>
  ({ images, pixel_scale, pixel_shift, references, params, state }: DetectorInputs): Arrays => {
    const pixels = np.transpose(images, [0, 3, 1, 2]);
    const normalised = np.add(np.multiply(pixels, pixel_scale), pixel_shift);
    const outputs = method.predict(model, params, state, normalised, references);
    const { maps, spread } = method.task.combine(outputs, {});
    const { boxes, scores, classes, score_deviations, side_deviations } = tracedDecoding(maps, spread, shape);
    const inPixels = (cells: np.Array) => np.multiply(cells, CENTER_NET_STRIDE);
    return {
      boxes: inPixels(boxes),
      scores,
      classes: classes.astype(np.int32),
      ...(spread && { score_deviations, side_deviations: inPixels(side_deviations) }),
    };
  };
