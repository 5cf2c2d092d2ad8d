import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import sharp from "sharp";
import { decodeImage } from "../data/index.ts";
import type { ModelCard } from "../export/index.ts";
import { type Limits, Refusal } from "./limits.ts";

/** Vector and document formats can hold scripts and bombs that a number of pixels doesn't bound. */
const formats: readonly string[] = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** Decoding is memory: as many at once as there are cores, the others wait. */
const inTurn = pLimit(availableParallelism());

/**
 * An uploaded file → uint8 [H, H, C], as `decodeImage` makes it; its header is read first.
 * @throws Refusal 413 for too many pixels, 415 for another format, 422 for a damaged picture
 */
export function decodeUpload(
  file: Uint8Array,
  { height, channels }: Pick<ModelCard, "height" | "channels">,
  { maxPixels }: Pick<Limits, "maxPixels">,
  name = "the upload",
): Promise<Uint8Array> {
  return inTurn(async () => {
    let found: { format?: string; width?: number; height?: number };
    try {
      found = await sharp(file, { limitInputPixels: maxPixels }).metadata();
    } catch (error) {
      throw refusalOf(error, name, maxPixels);
    }
    if (!formats.includes(found.format ?? ""))
      throw new Refusal(
        415,
        "unsupported_format",
        `${name}: ${found.format ?? "unknown"} is not accepted; send ${formats.join(", ")}`,
      );
    if ((found.width ?? 0) * (found.height ?? 0) > maxPixels) throw tooManyPixels(name, maxPixels);
    try {
      return await decodeImage(file, height, channels, name);
    } catch (error) {
      throw new Refusal(422, "damaged_image", (error as Error).message);
    }
  });
}

const tooManyPixels = (name: string, maxPixels: number) =>
  new Refusal(413, "too_many_pixels", `${name}: more than ${maxPixels} pixels; send a smaller picture`);

function refusalOf(error: unknown, name: string, maxPixels: number): Refusal {
  const reason = (error as Error).message.split("\n")[0];
  if (/pixel limit/i.test(reason)) return tooManyPixels(name, maxPixels);
  if (/unsupported image format/i.test(reason))
    return new Refusal(415, "no_image", `${name}: not an image that can be read; send ${formats.join(", ")}`);
  return new Refusal(422, "damaged_image", `${name}: damaged (${reason})`);
}
