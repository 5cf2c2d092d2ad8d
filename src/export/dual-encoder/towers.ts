import { numpy as np } from "@jax-js/jax";
import { UserError } from "../../core/index.ts";
import { ArraySpec, exportOnnx } from "../../engine/index.ts";
import type { Arrays } from "../../models/index.ts";
import type { LoadedDualEncoder } from "../../train/index.ts";
import { imagePoints, ownParams, textPoints } from "../../train/internal.ts";
import { isLarge, pixelMap, requireFinite } from "../stored-arrays.ts";

export interface TowerOptions {
  /** `float16` stores weights and references in half the bytes; computed is in float32 all the same. Default `float32`. */
  readonly precision?: "float32" | "float16";
  /** The files' `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface FedImages {
  readonly images: np.Array;
  readonly pixel_scale: np.Array;
  readonly pixel_shift: np.Array;
  readonly references?: np.Array;
  readonly params: Arrays;
  readonly state: Arrays;
}

/**
 * Both towers as ONNX files for any N: `image`, uint8 `images` [N, H, W, C] → `embedding` [N, d] of length 1, under several references
 * with `agreement` [N]; `text`, int32 `tokens` [N, T] → `embedding` [N, d] of length 1.
 * @throws UserError for weights of a training that diverged, and for an image tower whose weights do not fit into a file
 */
export async function exportTowers(
  loaded: LoadedDualEncoder,
  { precision = "float32", metadata }: TowerOptions = {},
): Promise<{ readonly image: Uint8Array; readonly text: Uint8Array }> {
  const { encoder, method, params, state = {}, references, channels, normalization } = loaded;
  requireFinite({ params, state });
  const { imageSize } = encoder.image;
  const shared = { float16: precision === "float16" ? isLarge : undefined, metadata };
  const pointsOf = imagePoints(encoder, method);
  const image = await exportOnnx(
    ({ images, pixel_scale, pixel_shift, references, ...variables }: FedImages) => {
      const pixels = np.transpose(images, [0, 3, 1, 2]);
      const normalised = np.add(np.multiply(pixels, pixel_scale), pixel_shift);
      const { points, ...others } = pointsOf(variables, { images: normalised, references });
      return { embedding: points, ...others };
    },
    (batch) => ({
      images: new ArraySpec([batch, imageSize, imageSize, channels]),
      ...pixelMap(normalization),
      ...(references && { references }),
      params: fitting(ownParams(encoder.image, params)),
      state,
    }),
    { ...shared, bytes: ["images"] },
  );
  const { context } = encoder.text;
  const said = textPoints(encoder);
  const text = await exportOnnx(
    ({ tokens, params }: { readonly tokens: np.Array; readonly params: Arrays }) => ({
      embedding: said({ params }, { tokens }).points,
    }),
    (batch) => ({ tokens: new ArraySpec([batch, context], "int32"), params: fitting(ownParams(encoder.text, params)) }),
    shared,
  );
  return { image, text };
}

/** Protocol buffers end here. */
const MOST_BYTES = 2 ** 31 - 2 ** 20;

function fitting<Params extends ReturnType<typeof ownParams>>(params: Params): Params {
  const bytes = Object.values(params).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES)
    throw new UserError(
      `a tower has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights, and an ONNX file holds less than 2; export a smaller model`,
    );
  return params;
}
