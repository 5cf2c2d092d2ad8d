import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import sharp from "sharp";
import { decodeImage } from "../data/index.ts";
import { UnsupportedImage } from "../data/internal.ts";
import type { ModelCard } from "../export/index.ts";
import { beyond, type Limits, Refusal } from "./limits.ts";

/** Vector and document formats can hold scripts and bombs that a number of pixels doesn't bound. */
const formats: readonly string[] = ["jpeg", "png", "webp", "gif", "tiff", "avif"];

export const acceptedFormats = "JPEG, PNG, WebP, GIF, TIFF or AVIF";

/** Decoding is memory: as many at once as there are cores, the others wait. */
const inTurn = pLimit(availableParallelism());

/**
 * An uploaded file → uint8 [H, H, C], as `decodeImage` makes it; its header is read first.
 * @throws Refusal 413 for too many pixels, 415 for another format or samples that are no picture's, 422 for a damaged picture
 */
export function decodeUpload(
  file: Uint8Array,
  { height, channels }: Pick<ModelCard, "height" | "channels">,
  limits: Pick<Limits, "maxPixels">,
  name = "the upload",
): Promise<Uint8Array> {
  return inTurn(async () => {
    const found = await sharp(file, { limitInputPixels: limits.maxPixels })
      .metadata()
      .catch((error: unknown) => {
        throw refusalOf(error, name, limits);
      });
    const format = formatOf(found);
    if (!formats.includes(format))
      throw new Refusal(415, "unsupported_format", `${name}: ${format} is not accepted; send ${acceptedFormats}`);
    if (found.width * found.height > limits.maxPixels) throw beyond.pixels(limits, name);
    try {
      return await decodeImage(file, height, channels, name);
    } catch (error) {
      if (error instanceof UnsupportedImage) throw new Refusal(415, "unsupported_samples", error.message);
      throw new Refusal(422, "damaged_image", (error as Error).message);
    }
  });
}

/** HEIF is a container: pictures coded by AV1 are AVIF, those by HEVC (HEIC, as telephones write it) cannot be decoded. */
const formatOf = ({ format, compression }: { format: string; compression?: string }): string =>
  format !== "heif" ? format : compression === "av1" ? "avif" : "heic";

function refusalOf(error: unknown, name: string, limits: Pick<Limits, "maxPixels">): Refusal {
  const reason = (error as Error).message.split("\n")[0];
  if (/pixel limit/i.test(reason)) return beyond.pixels(limits, name);
  if (/unsupported image format/i.test(reason))
    return new Refusal(415, "no_image", `${name}: not an image that can be read; send ${acceptedFormats}`);
  return new Refusal(422, "damaged_image", `${name}: damaged (${reason})`);
}
