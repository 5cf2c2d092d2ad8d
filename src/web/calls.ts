import type { Image } from "../core/image-set.ts";
import type { Severity } from "../corrupt/corruption.ts";
import type { WebDevice } from "../engine/runtime/web.ts";
import type { Manifest } from "./manifest.ts";

/** A corruption that is done to a picture. */
export interface Change {
  readonly name: string;
  readonly severity: Severity;
}

/** What a verdict goes by: z-scores [P] of its parts, and similarities [B] to training pictures. */
export interface Known {
  readonly parts: Float32Array;
  readonly similarity: Float32Array;
}

/** What one model says of a picture: logits [R × K], under each of its references. */
export interface Logits {
  readonly logits: Float32Array;
  readonly classes: number;
  readonly references: number;
  /** Where the model has a verdict. */
  readonly known?: Known;
  readonly milliseconds: number;
}

/** What a dual encoder says of words for a picture. */
export interface Ranking {
  /** [W] */
  readonly logits: Float32Array;
  /** [W] whether it knows each of them. */
  readonly known: readonly boolean[];
  readonly milliseconds: number;
}

/** One model's state in the middle of being taught. */
export interface TeachingProgress {
  readonly model: number;
  readonly step: number;
  readonly loss: number;
  /** Of the batch, over all its classes. */
  readonly accuracy: number;
}

/** What teaching has done to one model. */
export interface Taught {
  /** Share of known validation pictures that are put into their class: with the old classifier, and with the new. */
  readonly before: number;
  readonly after: number;
  /** Of the pictures that the class was taught with, how many are put into it. */
  readonly recognised: number;
}

/** What the page asks of its worker: each call with its argument and answer. */
export interface Calls {
  open(given: {
    manifest: Manifest;
    files: Record<string, ArrayBuffer>;
    /** URL of ONNX Runtime's files. */
    base: string;
    device?: WebDevice;
    wasmBinary?: ArrayBuffer;
  }): { device: WebDevice; threads: number };
  corrupt(given: { image: Image; changes: readonly Change[] }): Image;
  predict(image: Image): Logits[];
  /** Of each dual encoder. */
  rank(given: { image: Image; words: readonly string[] }): Ranking[];
  /** Of 3 pictures or more; `progress` is told after every few steps. */
  teach(pictures: readonly Image[]): Taught[];
  forget(nothing: undefined): null;
}

export type CallName = keyof Calls;
export type Argument<Name extends CallName> = Parameters<Calls[Name]>[0];
export type Answer<Name extends CallName> = ReturnType<Calls[Name]>;

export interface Request {
  readonly id: number;
  readonly name: CallName;
  readonly argument: unknown;
}

export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly id: number; readonly progress: TeachingProgress };
