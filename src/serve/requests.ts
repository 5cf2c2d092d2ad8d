import type { FastifyRequest } from "fastify";
import { acceptedFormats, decodeUpload } from "./decode.ts";
import type { JsonReader } from "./json-reader.ts";
import { beyond, type Limits, Refusal } from "./limits.ts";
import type { ImageSize } from "./served.ts";

/** One image of a request: of the model's size, or why there is none. */
export interface Uploaded {
  /** Name of the uploaded file; null for a bare body and for JSON. */
  readonly file: string | null;
  readonly image: Uint8Array | Refusal;
}

interface Reading {
  /** Of the model's images. */
  readonly card: ImageSize;
  readonly limits: Limits;
  readonly json: JsonReader;
}

/**
 * The images of a request: files of a form, a picture as the body, or JSON. Of several, one that cannot be read does not
 * spoil the others.
 * @throws Refusal for a request that is too large or holds no image, and the first image's where none can be read
 */
export async function readUpload(request: FastifyRequest, reading: Reading): Promise<Uploaded[]> {
  const uploaded = request.isMultipart()
    ? await readForm(request, reading)
    : await readBody(request.body, request, reading);
  const refused = uploaded.map(({ image }) => image).filter((image) => image instanceof Refusal);
  if (refused.length === uploaded.length) throw refused[0];
  return uploaded;
}

async function readBody(body: unknown, { headers }: FastifyRequest, reading: Reading): Promise<Uploaded[]> {
  if (!Buffer.isBuffer(body) || body.length === 0) throw new Refusal(400, "empty", "the body is empty; send an image");
  const isJson = /\bjson\b/i.test(headers["content-type"] ?? "") || opensObject(body);
  if (!isJson) return [{ file: null, image: await decodeUpload(body, reading.card, reading.limits) }];
  const read = await reading.json.read(body);
  if ("pixels" in read) return read.pixels.map((image) => ({ file: null, image }));
  return Promise.all(
    read.files.map(async (file, i) => ({
      file: null,
      image:
        file instanceof Refusal
          ? file
          : await orRefusal(decodeUpload(file, reading.card, reading.limits, `image ${i}`)),
    })),
  );
}

/** JSON whose sender did not say so; no picture begins with a brace. */
const opensObject = (body: Buffer): boolean => /^\s*\{/.test(body.subarray(0, 100).toString("latin1"));

async function readForm(request: FastifyRequest, { card, limits }: Reading): Promise<Uploaded[]> {
  const files: { name: string; bytes: Buffer }[] = [];
  let total = 0;
  try {
    for await (const part of request.files()) {
      const bytes = await part.toBuffer();
      total += bytes.length;
      if (total > limits.maxBodyBytes) throw beyond.bodyBytes(limits);
      files.push({ name: part.filename, bytes });
    }
  } catch (error) {
    // The limits' errors have a status; the parser's, of a damaged form, have none.
    if ((error as { statusCode?: number }).statusCode) throw error;
    throw new Refusal(400, "bad_form", `the form cannot be read (${(error as Error).message})`);
  }
  if (files.length === 0)
    throw new Refusal(400, "no_file", "the form holds no file; send at least one, e.g. curl -F image=@cat.jpg");
  return Promise.all(
    files.map(async ({ name, bytes }) => ({
      file: name,
      image: await orRefusal(decodeUpload(bytes, card, limits, name)),
    })),
  );
}

const orRefusal = (decoding: Promise<Uint8Array>): Promise<Uint8Array | Refusal> =>
  decoding.catch((error: unknown) => {
    if (error instanceof Refusal) return error;
    throw error;
  });

/** What a type that is not accepted is answered. */
export const unsupportedType = (type: string) =>
  new Refusal(
    415,
    "unsupported_type",
    `content-type ${type.slice(0, 80)}: not accepted; send ${acceptedFormats} as the body or in a multipart form, or application/json`,
  );
