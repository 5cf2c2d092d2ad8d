import { z } from "zod";
import { logOfSum, type RankedRow } from "./ranked-row.ts";
import type { ConformalMethod } from "./types.ts";

/** Classes from the likeliest on until enough probability is gathered: sets adapt to how hard an image is. */
export const aps: ConformalMethod<Record<string, never>> = {
  title: "APS",
  formula: "p₍₁₎ + … + p₍ᵣ₋₁₎ + u p₍ᵣ₎",
  source: "Romano et al. 2020",
  parameters: z.strictObject({}),
  key: logOfRest,
  score: (key) => -Math.expm1(-key),
};

/**
 * −log(1 − score): 1 − (what is gathered before a class + u of its own) is what comes after it + (1 − u) of its own.
 */
export function logOfRest({ logAfter, log1MinusU, ordered }: RankedRow, place: number): number {
  return -logOfSum(logAfter[place], log1MinusU - ordered[place]);
}
