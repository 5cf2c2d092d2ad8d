import { rankAmong, shareInWords } from "../../core/percentiles.ts";
import { largestClass } from "../../core/predictions.ts";
import { softmax } from "../../evaluate/softmax.ts";
import { mostSimilar } from "../../evaluate/verdict/most-similar.ts";
import { combineReferences } from "../../tasks/classification/combine.ts";
import type { Logits } from "../calls.ts";

/** Training pictures that are shown as the nearest. */
const NEAREST = 3;

/** What one model's logits mean. */
export interface Reading {
  /** [K], of the mean logits. */
  readonly probabilities: ArrayLike<number>;
  /** [R][K], of each reference's. */
  readonly byReference: readonly ArrayLike<number>[];
  /** [K] standard deviation over references of sigmoid(logit): the uncertainty that `anchored predict` gives. */
  readonly uncertainty: ArrayLike<number>;
  /** The mean of that over classes: one number of how far the references disagree. */
  readonly spread: number;
  /** The most probable class. */
  readonly predicted: number;
  readonly confidence: number;
  /** 1 − confidence. */
  readonly doubt: number;
  /** How many references answer `predicted`. */
  readonly agreeing: number;
  /** Where the model has a verdict: z-scores of its parts, and the most similar training pictures, the nearest first. */
  readonly known?: { readonly parts: Float32Array; readonly nearest: readonly number[] };
}

export function read({ logits, classes, references, known }: Logits): Reading {
  const each = Array.from({ length: references }, (_, r) => logits.subarray(r * classes, (r + 1) * classes));
  const combined = combineReferences(each);
  const { probabilities, predicted, confidence } = softmax(combined.logits, classes);
  return {
    probabilities,
    byReference: each.map((own) => softmax(own, classes).probabilities),
    uncertainty: combined.uncertainty,
    spread: combined.uncertainty.reduce((sum, value) => sum + value, 0) / classes,
    predicted: predicted[0],
    confidence: confidence[0],
    doubt: 1 - confidence[0],
    agreeing: each.filter((own) => largestClass(own, 0, classes) === predicted[0]).length,
    ...(known && { known: { parts: known.parts, nearest: mostSimilar(known.similarity, NEAREST) } }),
  };
}

/** Those of which `value` is larger than theirs, by their percentiles, to end "more … than on …". */
export const cleanPictures = (percentiles: readonly number[], value: number): string =>
  shareInWords(rankAmong(percentiles, value), "clean picture");
