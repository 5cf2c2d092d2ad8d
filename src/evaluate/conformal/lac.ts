import { z } from "zod";
import type { ConformalMethod } from "./types.ts";

/** Least ambiguous sets: all classes of enough probability. Its sets are the smallest on average. */
export const lac: ConformalMethod<Record<string, never>> = {
  title: "LAC",
  formula: "1 − p₍ᵣ₎",
  source: "Sadinle et al. 2019",
  parameters: z.strictObject({}),
  // −log(1 − score).
  key: ({ ordered }, place) => ordered[place],
  score: (key) => -Math.expm1(-key),
};
