import { z } from "zod";
import { laplaceKinds } from "./fit.ts";
import { laplacePredictives } from "./predictive.ts";

/** What results say of a last-layer Laplace approximation. */
export const laplaceResults = z.object({
  kind: z.enum(laplaceKinds),
  predictive: z.enum(laplacePredictives),
  /** Of the predictive by samples. */
  samples: z.number().int().optional(),
  /** τ */
  priorPrecision: z.number(),
  /** Whether τ has the largest evidence, or somebody gave it. */
  precisionBy: z.enum(["evidence", "given"]),
  /** P = K (D + 1) */
  parameters: z.number().int(),
  /** γ: how many of them the training images settle. */
  effectiveParameters: z.number(),
  /** Of all training images together; without their labels absent. */
  logLikelihood: z.number().optional(),
  logEvidence: z.number().optional(),
  /** Training images whose features it was fitted on, and how many they stand for. */
  images: z.number().int(),
  imagesOf: z.number().int(),
});
export type LaplaceResults = z.infer<typeof laplaceResults>;
