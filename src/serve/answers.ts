import { z } from "zod";
import { largestClass, rankAmong } from "../core/index.ts";
import { type Answers, type ModelCard, type VerdictAnswer, verdictAt } from "../export/index.ts";
import { targetAnswer, verdictAnswer } from "../export/internal.ts";

const perClass = z.record(z.string(), z.number());

/** What is answered for one image. */
export const prediction = z.object({
  file: z.string().nullable().describe("name of the uploaded file, null for a bare body or pixels"),
  class: z.string(),
  confidence: z.number().describe("probability of the class"),
  uncertainty: z.number().describe("one number for the image; the model card's `score` says which"),
  uncertaintyRank: z
    .number()
    .optional()
    .describe("share of validation images on which the model is less unsure, 0 to 1; absent where it keeps none"),
  verdict: verdictAnswer.optional().describe("absent where the model was made without"),
  probabilities: perClass,
  uncertaintyByClass: perClass.optional().describe("std over references of sigmoid(logit), with two or more of them"),
  logits: z.array(z.number()),
});

/** What a regression answers for one image or row. */
export const regressionPrediction = z.object({
  file: z.string().nullable().describe("name of the uploaded file, null for a bare body, pixels or a row"),
  targets: z.record(z.string(), targetAnswer).describe("by name, in their own units"),
});

const error = z.object({
  code: z.string().describe("stable, for programs"),
  message: z.string().describe("one line for a person"),
});

/** In place of a prediction, where one image of several cannot be read. */
export const failedImage = z.object({ file: z.string().nullable(), error });

export const predictionsBody = z.object({
  model: z.string(),
  predictions: z
    .array(z.union([prediction, failedImage]))
    .describe("an entry for each image, in the order of the upload"),
});
export const regressionPredictionsBody = z.object({
  model: z.string(),
  predictions: z
    .array(z.union([regressionPrediction, failedImage]))
    .describe("an entry for each image or row, in the order of the request"),
});
export const errorBody = z.object({ error });
export const healthBody = z.object({
  status: z.enum(["ok", "stopping"]),
  model: z.string(),
  uptimeSeconds: z.number(),
});

/** What a classifier answers for one image, of K classes. */
export interface Answer {
  /** [K] */
  readonly logits: Float32Array;
  /** [K], summing to 1. */
  readonly probabilities: Float32Array;
  /** [K] std over references of sigmoid(logits); absent for models that are not asked with at least two. */
  readonly uncertainty?: Float32Array;
  readonly score: number;
  /** Where the model was made with it. */
  readonly verdict?: VerdictAnswer;
}

/** Row by row. */
export function separated(answers: Answers, card: ModelCard): Answer[] {
  const { count, logits, probabilities, uncertainty, score } = answers;
  const classes = logits.length / count;
  const row = (values: Float32Array, i: number) => values.subarray(i * classes, (i + 1) * classes);
  return Array.from({ length: count }, (_, i) => ({
    logits: row(logits, i),
    probabilities: row(probabilities, i),
    uncertainty: uncertainty && row(uncertainty, i),
    score: score[i],
    verdict: verdictAt(answers, i, card),
  }));
}

export function toPrediction(
  { classes, scorePercentiles }: ModelCard,
  { logits, probabilities, uncertainty, score, verdict }: Answer,
  file: string | null,
): z.output<typeof prediction> {
  const best = largestClass(probabilities, 0, classes.length);
  const byClass = (values: Float32Array) => Object.fromEntries(classes.map((name, k) => [name, values[k]]));
  return {
    file,
    class: classes[best],
    confidence: probabilities[best],
    uncertainty: score,
    ...(scorePercentiles && { uncertaintyRank: rankAmong(scorePercentiles, score) }),
    ...(verdict && { verdict }),
    probabilities: byClass(probabilities),
    ...(uncertainty && { uncertaintyByClass: byClass(uncertainty) }),
    logits: [...logits],
  };
}
