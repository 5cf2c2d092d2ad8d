/** A thread of `JsonReader`: what reading megabytes of JSON takes would be time in which the server answers nobody. */

import { type JsonImages, readJsonBody, type Shape } from "./json-body.ts";
import { Refusal } from "./limits.ts";

export interface JsonTask {
  readonly body: Uint8Array;
  readonly shape: Shape;
  readonly maxImages: number;
}

/** A refusal as data: an error's class does not survive the way between threads. */
export type Refused = { readonly refused: ConstructorParameters<typeof Refusal> };
export type JsonAnswer =
  | Refused
  | { readonly kind: "pixels" | "files"; readonly images: readonly (Uint8Array | Refused)[] };

export default function readInThread({ body, shape, maxImages }: JsonTask): JsonAnswer {
  try {
    const read: JsonImages = readJsonBody(Buffer.from(body.buffer, body.byteOffset, body.length).toString(), shape, {
      maxImages,
    });
    const [kind, images] = "pixels" in read ? (["pixels", read.pixels] as const) : (["files", read.files] as const);
    return { kind, images: images.map((image) => (image instanceof Refusal ? asData(image) : image)) };
  } catch (error) {
    if (error instanceof Refusal) return asData(error);
    throw error;
  }
}

const asData = ({ statusCode, code, message }: Refusal): Refused => ({ refused: [statusCode, code, message] });
