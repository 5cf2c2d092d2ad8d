import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { ModelCard } from "../export/index.ts";
import { decodeUpload } from "./decode.ts";
import { type Limits, Refusal } from "./limits.ts";

const byte = z.int().min(0).max(255);
/** [H, W, C] or, for several images, [N, H, W, C]. */
export const pixelsBody = z.object({
  pixels: z
    .union([z.array(z.array(z.array(byte))), z.array(z.array(z.array(z.array(byte))))])
    .describe("uint8 values [height][width][channel] of one image of the model's size, or a list of such images"),
});

/** What was sent, as images of the model's size, with a name for each. */
export interface Upload {
  readonly images: readonly Uint8Array[];
  readonly names: readonly (string | null)[];
}

/**
 * The images of a request: files of a form, a picture as the body, or JSON pixels.
 * @throws Refusal for what is too large, no image, or of another shape
 */
export async function readUpload(request: FastifyRequest, card: ModelCard, limits: Limits): Promise<Upload> {
  if (request.isMultipart()) return readForm(request, card, limits);
  if (Buffer.isBuffer(request.body)) {
    if (request.body.length === 0) throw new Refusal(400, "empty", "the body is empty; send an image");
    return { images: [await decodeUpload(request.body, card, limits)], names: [null] };
  }
  return readPixels(request.body, card, limits);
}

async function readForm(request: FastifyRequest, card: ModelCard, limits: Limits): Promise<Upload> {
  const files: { name: string; bytes: Buffer }[] = [];
  try {
    for await (const part of request.files()) files.push({ name: part.filename, bytes: await part.toBuffer() });
  } catch (error) {
    // The limits' errors have a status; the parser's, of a damaged form, have none.
    if ((error as { statusCode?: number }).statusCode) throw error;
    throw new Refusal(400, "bad_form", `the form cannot be read (${(error as Error).message})`);
  }
  if (files.length === 0)
    throw new Refusal(400, "no_file", "the form holds no file; send at least one, e.g. curl -F image=@cat.jpg");
  return {
    images: await Promise.all(files.map(({ name, bytes }) => decodeUpload(bytes, card, limits, name))),
    names: files.map(({ name }) => name),
  };
}

function readPixels(body: unknown, { height, width, channels }: ModelCard, { maxImages }: Limits): Upload {
  const parsed = pixelsBody.safeParse(body);
  if (!parsed.success)
    throw new Refusal(
      400,
      "no_pixels",
      `the JSON must be { "pixels": [height][width][channel] } of whole numbers from 0 to 255, or a list of such images`,
    );
  const { pixels } = parsed.data;
  const several = Array.isArray(pixels[0]?.[0]?.[0]);
  const images = (several ? pixels : [pixels]) as number[][][][];
  if (images.length > maxImages)
    throw new Refusal(413, "too_many_images", `${images.length} images; at most ${maxImages} in a request`);
  return { images: images.map((image) => flattened(image, [height, width, channels])), names: images.map(() => null) };
}

function flattened(image: number[][][], [height, width, channels]: readonly number[]): Uint8Array {
  const refuse = (shape: string) =>
    new Refusal(422, "wrong_shape", `pixels are ${shape}; the model takes [${height}, ${width}, ${channels}]`);
  if (image.length !== height) throw refuse(`of height ${image.length}`);
  const out = new Uint8Array(height * width * channels);
  let at = 0;
  for (const row of image) {
    if (row.length !== width) throw refuse(`of width ${row.length}`);
    for (const pixel of row) {
      if (pixel.length !== channels) throw refuse(`of ${pixel.length} channels`);
      for (const value of pixel) out[at++] = value;
    }
  }
  return out;
}
