import { beyond, type Limits, Refusal } from "./limits.ts";

/** [H, W, C] of the model's images. */
export type Shape = readonly [height: number, width: number, channels: number];

/** What a JSON body held, an entry for each image: pixels of the model's size, or a file that is still to be decoded. */
export type JsonImages =
  | { readonly pixels: readonly (Uint8Array | Refusal)[] }
  | { readonly files: readonly (Uint8Array | Refusal)[] };

/**
 * The images of a JSON body: `{ "pixels": [H][W][C] | [N][H][W][C] }` or `{ "images": [base64, …] }`. How many there are
 * and their shape are looked at before any number is.
 * @throws Refusal for what is no such JSON, or more images than are accepted
 */
export function readJsonBody(text: string, shape: Shape, limits: Pick<Limits, "maxImages">): JsonImages {
  if (text.trim() === "") throw new Refusal(400, "empty", "the body is empty; send an image");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new Refusal(
      400,
      "bad_request",
      `the body is no JSON (${(error as Error).message.split("\n")[0].slice(0, 100)})`,
    );
  }
  const { pixels, images } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  if (Array.isArray(images) && pixels === undefined) {
    if (images.length > limits.maxImages) throw beyond.images(limits, images.length);
    if (images.length > 0) return { files: images.map((image, i) => caught(() => decoded(image, i))) };
  }
  if (!Array.isArray(pixels) || images !== undefined) throw noImages();
  const several = Array.isArray(pixels[0]?.[0]?.[0]);
  const list = several ? pixels : [pixels];
  if (list.length > limits.maxImages) throw beyond.images(limits, list.length);
  return { pixels: list.map((image, i) => caught(() => flattened(image, shape, several ? `image ${i}: ` : ""))) };
}

const noImages = () =>
  new Refusal(
    400,
    "no_pixels",
    `the JSON must be { "images": [base64 of a file, …] } or { "pixels": [height][width][channel] } of whole numbers from 0 to 255, or a list of such`,
  );

function caught(read: () => Uint8Array): Uint8Array | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const DATA_URL = /^data:[^,]{0,200};base64,/;

/** Base64, plain or of the URL alphabet, as it is or as a data URL. */
function decoded(image: unknown, index: number): Uint8Array {
  const text = typeof image === "string" ? image.replace(DATA_URL, "").replace(/\s+/g, "") : "";
  if (!/^[\w+/-]+={0,2}$/.test(text)) throw new Refusal(400, "no_base64", `image ${index}: not the base64 of a file`);
  return new Uint8Array(Buffer.from(text, "base64"));
}

function flattened(image: unknown, [height, width, channels]: Shape, where: string): Uint8Array {
  const refuse = (shape: string) =>
    new Refusal(422, "wrong_shape", `${where}pixels are ${shape}; the model takes [${height}, ${width}, ${channels}]`);
  const length = (list: unknown): number | "no list" => (Array.isArray(list) ? list.length : "no list");
  if (length(image) !== height) throw refuse(`of height ${length(image)}`);
  const rows = image as unknown[][][];
  for (const row of rows) {
    if (length(row) !== width) throw refuse(`of width ${length(row)}`);
    for (const pixel of row) if (length(pixel) !== channels) throw refuse(`of ${length(pixel)} channels`);
  }
  const out = new Uint8Array(height * width * channels);
  let at = 0;
  for (const row of rows)
    for (const pixel of row)
      for (const value of pixel) {
        if (!(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255))
          throw new Refusal(
            400,
            "no_pixels",
            `${where}${JSON.stringify(value).slice(0, 50)} is no whole number from 0 to 255`,
          );
        out[at++] = value as number;
      }
  return out;
}
