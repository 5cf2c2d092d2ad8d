import { z } from "zod";
import { leastUsual, mostSimilar } from "../evaluate/internal.ts";
import type { ModelCard } from "./card.ts";
import type { Answers } from "./open-bytes.ts";

/** How many of the nearest training images are told. */
const TOLD = 3;

/** What a model says of whether it has seen the like of an image; for JSON. */
export const verdictAnswer = z.object({
  known: z.boolean().describe("whether the score reaches the threshold"),
  score: z.number().describe("larger = better known; 0: as an average validation image, in their standard deviations"),
  threshold: z.number(),
  keeps: z.number().describe("share of validation images that the threshold keeps, 0 to 1"),
  by: z
    .enum(["prediction", "distance"])
    .describe("what is least usual: the probabilities, or how far it lies from training images"),
  nearest: z
    .array(z.object({ class: z.string(), row: z.int(), similarity: z.number() }))
    .optional()
    .describe("the most similar training images of those that the file keeps: class, row of the training set, cosine"),
});
export type VerdictAnswer = Readonly<z.infer<typeof verdictAnswer>>;

/**
 * The verdict on one image; `undefined` where the model was made without.
 * @example
 * const { predict, card } = await openModel("model.onnx"); // of `anchored export RUN --verdict`
 * const answers = await predict(new Uint8Array(card.height * card.width * card.channels));
 * console.log(verdictAt(answers, 0, card)?.known);
 */
export function verdictAt(
  { knownScore, knownParts, similarity }: Pick<Answers, "knownScore" | "knownParts" | "similarity">,
  row: number,
  { verdict, nearest, classes }: Pick<ModelCard, "verdict" | "nearest" | "classes">,
): VerdictAnswer | undefined {
  if (!verdict || !knownScore || !knownParts) return undefined;
  const { parts, threshold, keeps } = verdict;
  const own = knownParts.subarray(row * parts.length, (row + 1) * parts.length);
  return {
    known: knownScore[row] >= threshold,
    score: knownScore[row],
    threshold,
    keeps,
    by: leastUsual(parts, own),
    ...(nearest && similarity && { nearest: nearestOf(similarity, row, nearest, classes) }),
  };
}

function nearestOf(
  similarity: Float32Array,
  image: number,
  { rows, labels }: NonNullable<ModelCard["nearest"]>,
  classes: readonly string[],
): NonNullable<VerdictAnswer["nearest"]> {
  const own = similarity.subarray(image * rows.length, (image + 1) * rows.length);
  return mostSimilar(own, TOLD).map((b) => ({ class: classes[labels[b]], row: rows[b], similarity: own[b] }));
}
