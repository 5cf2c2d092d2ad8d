import { availableParallelism } from "node:os";
import sharp from "sharp";
import type { ModelCard } from "../export/index.ts";
import { type Limits, Refusal } from "./limits.ts";

/** Vector and document formats can hold scripts and bombs that a number of pixels doesn't bound. */
const formats: readonly string[] = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** Decoding is memory: as many at once as there are cores, the others wait. */
let free = availableParallelism();
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else free--;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

/**
 * An uploaded file → uint8 [H, W, C] of the model's size: turned as its EXIF tag says, laid on white where transparent,
 * scaled to cover and cropped to the middle.
 * @throws Refusal 413 for too many pixels, 415 for another format, 422 for a damaged picture
 */
export function decodeUpload(
  file: Uint8Array,
  { height, width, channels }: Pick<ModelCard, "height" | "width" | "channels">,
  { maxPixels }: Pick<Limits, "maxPixels">,
  name = "the upload",
): Promise<Uint8Array> {
  return inTurn(async () => {
    const open = () => sharp(file, { limitInputPixels: maxPixels, failOn: "error" });
    let found: { format?: string; width?: number; height?: number };
    try {
      found = await open().metadata();
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
      return await open()
        .rotate()
        .flatten({ background: "white" })
        .resize(width, height, { fit: "cover" })
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .removeAlpha()
        .raw({ depth: "uchar" })
        .toBuffer();
    } catch (error) {
      throw refusalOf(error, name, maxPixels);
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
