import { z } from "zod";
import type { FeatureScore } from "./types.ts";

/**
 * Generalised entropy, −Σ p^γ (1 − p)^γ over the M largest p (Liu, Lochman & Zach 2023). 1 − p is the sum of
 * the other probabilities: taken from p it loses its digits where p is nearly 1, which γ < 1 makes 24 % of the score.
 */
export const gen: FeatureScore<{ gamma: number; top: number }> = {
  title: "Generalised entropy (GEN)",
  short: "GEN",
  kind: "prediction",
  formula: "−Σ over the M largest p of (p (1 − p))^γ",
  source: "Liu, Lochman & Zach 2023",
  traps: "1 − p must be summed from the other classes: with γ < 1 a rounded 1 − p is off by up to half in float32.",
  needs: ["logits"],
  parameters: {
    gamma: {
      schema: z.number().positive(),
      default: 0.1,
      source: "the paper and OpenOOD",
      help: "exponent γ",
      grid: [0.01, 0.1, 0.5, 1, 2, 5, 10],
    },
    top: {
      schema: z.number().int().positive(),
      default: 100,
      source: "the paper and OpenOOD",
      help: "M: how many of the largest probabilities; all where there are fewer classes",
      grid: [10, 50, 100, 200, 500, 1000],
    },
  },
  fit:
    ({ classes }, { gamma, top }) =>
    ({ count, logits }) => {
      const scores = new Float64Array(count);
      for (let i = 0; i < count; i++)
        scores[i] = -generalisedEntropy(logits.subarray(i * classes, (i + 1) * classes), gamma, top);
      return scores;
    },
};

function generalisedEntropy(logits: Float64Array, gamma: number, top: number): number {
  const sorted = logits.slice().sort().reverse();
  const exponentials = sorted.map((logit) => Math.exp(logit - sorted[0]));
  let behind = 0;
  for (let k = 1; k < exponentials.length; k++) behind += exponentials[k];
  const total = 1 + behind;
  let sum = 0;
  for (let k = 0; k < Math.min(top, exponentials.length); k++) {
    // Only the largest may be nearly all of the sum; what is left of the others holds its 1.
    const others = k === 0 ? behind : total - exponentials[k];
    sum += ((exponentials[k] / total) * (others / total)) ** gamma;
  }
  return sum;
}
