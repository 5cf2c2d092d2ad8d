import type { z } from "zod";
import type { InnerProducts } from "./inner-products.ts";
import type { Rows } from "./rows.ts";
import type { ScoredBlock } from "./scored-block.ts";

/**
 * What scores are fitted on. Features are what the classifier is linear in: logits = weight · features + bias. Training
 * features come from images without augmentation, in evaluation mode, under the protocol of the judged ones.
 */
export interface FeatureData {
  /** K */
  readonly classes: number;
  readonly training?: FittedSet;
  /** Known images that were not trained on. */
  readonly validation?: FittedSet;
  readonly classifier?: LastLayer;
}

export interface FittedSet {
  /** [N, D] */
  readonly features: Rows;
  /** [N, K] */
  readonly logits?: Rows;
  /** [N] */
  readonly labels?: Int32Array;
}

export interface LastLayer {
  /** [K, D] row-major. */
  readonly weight: Float32Array | Float64Array;
  /** [K] */
  readonly bias: Float32Array | Float64Array;
}

/** What a score needs besides the judged rows; in words for tables and for who lacks it. */
export const needs = {
  features: "features",
  logits: "logits",
  "training.features": "training features",
  "training.labels": "training labels",
  "training.logits": "training logits",
  "validation.features": "validation features",
  "validation.logits": "validation logits",
  classifier: "the classifier's weight and bias",
} as const;

export type Need = keyof typeof needs;

/** A parameter of a score, with what is used where nothing was chosen. */
export interface Parameter<T> {
  readonly schema: z.ZodType<T>;
  /** A number, or what it is for D features and K classes. */
  readonly default: T | ((shape: { readonly width: number; readonly classes: number }) => T);
  /** A default that is a function, in words. */
  readonly defaultText?: string;
  /** Who uses this default. */
  readonly source: string;
  readonly help: string;
  /** What is tried on OOD validation images: OpenOOD's values, where it tries any. */
  readonly grid?: readonly T[];
  /** What is tried first where there are fewer training images than OpenOOD's data sets have. */
  readonly ofSmall?: { readonly below: number; readonly tried: readonly T[] };
}

/** For a block of rows [n, D] and [n, K]: [n], larger = better known. */
export type Scorer = (block: ScoredBlock) => Float64Array | Promise<Float64Array>;

/** Whether a score sees what the classifier makes of an image, how far its features lie from training's, or both. */
export type ScoreKind = "prediction" | "distance" | "both";

export interface FeatureScore<P = any> {
  /** For headings and axes. */
  readonly title: string;
  /** For tables, after “by”. */
  readonly short: string;
  readonly kind: ScoreKind;
  /** One line of plain text, in the notation of docs/ood-scores.md. */
  readonly formula: string;
  /** Paper, and equation where one line does not tell. */
  readonly source: string;
  /** What others do differently, and where the score fails. */
  readonly traps?: string;
  readonly needs: readonly Need[];
  readonly parameters: { readonly [name in keyof P]: Parameter<P[name]> };
  /** @throws UndefinedScore where the score does not exist for these data. */
  readonly fit: (fitting: Fitting, parameters: P) => Scorer | Promise<Scorer>;
}

/** What a fit sees: the data, and what scores share, which is computed once. */
export interface Fitting {
  readonly data: FeatureData;
  /** D */
  readonly width: number;
  /** K */
  readonly classes: number;
  readonly innerProducts: InnerProducts;
  /** The value of `key`, made at the first call. */
  readonly once: <T>(key: string, make: () => T | Promise<T>) => Promise<T>;
  /** A score of the table, with its defaults where parameters are left out; it goes through a block once. */
  readonly scorer: (name: string, parameters?: Readonly<Record<string, unknown>>) => Promise<Scorer>;
}

/** A score that does not exist for these data; the message is a sentence that says why. */
export class UndefinedScore extends Error {
  override readonly name = "UndefinedScore";
}
