/** What a server accepts; beyond it, callers are told what and how much. */
export interface Limits {
  /** Of one request's body, forms with all their files too; 413 above. Bytes. */
  readonly maxBodyBytes: number;
  /** Of one uploaded picture, before scaling; 413 above. */
  readonly maxPixels: number;
  /** Images or rows of one request; 413 above. */
  readonly maxImages: number;
  /** Requests that are being received, decoded or waiting; 503 above. */
  readonly maxPending: number;
  /** From the end of the upload to the answer; 503 above. */
  readonly timeoutMs: number;
  /** Images of one run of the model. */
  readonly maxBatch: number;
}

/**
 * What a server allows where it is not told: size of uploads, length of its queue, time of an answer.
 * @example
 * const model = await openModel(run);
 * const server = await createServer({ model, version: "1", limits: { ...defaultLimits } });
 */
export const defaultLimits: Limits = {
  maxBodyBytes: 8 * 2 ** 20,
  maxPixels: 25_000_000,
  maxImages: 64,
  maxPending: 256,
  timeoutMs: 10_000,
  maxBatch: 32,
};

/**
 * Options of `anchored serve` that set the limits; refusals name them to callers.
 * @example
 * console.log(limitFlags.maxPixels); // "--max-pixels"
 */
export const limitFlags: Readonly<Record<keyof Limits, string>> = {
  maxBodyBytes: "--max-body",
  maxPixels: "--max-pixels",
  maxImages: "--max-images",
  maxPending: "--max-pending",
  timeoutMs: "--timeout",
  maxBatch: "--max-batch",
};

/** A request that is refused: the HTTP status, a stable code, and one line for a person. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: 400 | 405 | 408 | 413 | 415 | 422 | 503,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const settable = (limit: keyof Limits) => `(the server's ${limitFlags[limit]})`;

/** Refusals that name the limit and the option that sets it. */
export const beyond = {
  bodyBytes: ({ maxBodyBytes }: Pick<Limits, "maxBodyBytes">) =>
    new Refusal(
      413,
      "too_large",
      `the request is larger than ${inMebibytes(maxBodyBytes)} ${settable("maxBodyBytes")}; send less`,
    ),
  pixels: ({ maxPixels }: Pick<Limits, "maxPixels">, name: string) =>
    new Refusal(
      413,
      "too_many_pixels",
      `${name}: more than ${maxPixels} pixels ${settable("maxPixels")}; send a smaller picture`,
    ),
  images: ({ maxImages }: Pick<Limits, "maxImages">, count?: number) =>
    new Refusal(
      413,
      "too_many_images",
      `${count === undefined ? "" : `${count} images: `}at most ${maxImages} in a request ${settable("maxImages")}; send several requests`,
    ),
  rows: ({ maxImages }: Pick<Limits, "maxImages">, count: number) =>
    new Refusal(
      413,
      "too_many_rows",
      `${count} rows: at most ${maxImages} in a request ${settable("maxImages")}; send several requests`,
    ),
  pending: ({ maxPending }: Pick<Limits, "maxPending">) =>
    new Refusal(503, "busy", `${maxPending} requests are pending ${settable("maxPending")}; try again later`),
  time: ({ timeoutMs }: Pick<Limits, "timeoutMs">) =>
    new Refusal(503, "timeout", `not answered within ${timeoutMs} ms ${settable("timeoutMs")}; try again later`),
};

const inMebibytes = (bytes: number): string =>
  bytes < 2 ** 20 ? `${bytes} bytes` : `${Number((bytes / 2 ** 20).toFixed(2))} MiB`;
