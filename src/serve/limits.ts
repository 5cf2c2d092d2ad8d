/** What a server accepts; beyond it, callers are told what and how much. */
export interface Limits {
  /** Of one request's body; 413 above. Bytes. */
  readonly maxBodyBytes: number;
  /** Of one uploaded picture, before scaling; 413 above. */
  readonly maxPixels: number;
  /** Images of one request; 413 above. */
  readonly maxImages: number;
  /** Requests that are being received, decoded or waiting; 503 above. */
  readonly maxPending: number;
  /** From the end of the upload to the answer; 503 above. */
  readonly timeoutMs: number;
  /** Images of one run of the model. */
  readonly maxBatch: number;
}

export const defaultLimits: Limits = {
  maxBodyBytes: 8 * 2 ** 20,
  maxPixels: 25_000_000,
  maxImages: 64,
  maxPending: 256,
  timeoutMs: 10_000,
  maxBatch: 32,
};

/** A request that is refused: the HTTP status, a stable code, and one line for a person. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: 400 | 408 | 413 | 415 | 422 | 503,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
