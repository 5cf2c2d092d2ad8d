import type { Listener } from "../../core/index.ts";
import { type FittedScores, rowsOf } from "../../evaluate/index.ts";
import { strangeness } from "../../evaluate/internal.ts";
import type { LogitScoreName } from "./names.ts";
import type { ScoredSource } from "./sources.ts";

/** By score: [N], larger = better known; or why a score of these images is missing. */
export interface Confidences {
  readonly set: string;
  readonly images: number;
  readonly of: ReadonlyMap<string, Float64Array>;
  readonly absent: ReadonlyMap<string, string>;
}

/** All scores of one image set, which is gone through once. */
export async function confidencesOf(
  { set, predictions, features }: ScoredSource,
  fitted: FittedScores,
  logitScores: readonly LogitScoreName[],
  listener: Listener = {},
): Promise<Confidences> {
  const stored = predictions();
  const of = new Map<string, Float64Array>();
  const absent = new Map<string, string>();
  for (const name of logitScores) {
    const values = strangeness(name, stored)?.map((value) => -value);
    if (values) of.set(name, values);
    else absent.set(name, lacking[name] ?? "the predictions lack what it needs");
  }
  const logits = rowsOf(stored.logits, stored.classes);
  const scored = await fitted.score({ features, logits }, listener);
  for (const [name, values] of Object.entries(scored.scores)) of.set(name, values);
  for (const { name, reason } of scored.absent) absent.set(name, reason);
  return { set, images: stored.labels.length, of, absent };
}

const lacking: { readonly [name in LogitScoreName]?: string } = {
  energy: "log-probabilities have no energy",
  "reference-std": "needs an anchored network's spread over its references",
};

/** All values of several sets. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The confidence at and above which 95 % of `known` lie, ties kept. */
export const keepingThreshold = (known: Float64Array): number =>
  known.slice().sort()[Math.floor(0.05 * known.length + 1e-9)];

/** Share of the images that lie below it. */
export function rejectedShare(threshold: number, images: Float64Array): number {
  return images.reduce((sum, value) => sum + (value < threshold ? 1 : 0), 0) / images.length;
}
