import { z } from "zod";

export const regressionLosses = ["squared", "l1", "gaussian", "quantile"] as const;

/**
 * Numbers x, standardised, are shown as sin 2πBx and cos 2πBx, B normal of this scale (Rahimi and Recht 2007; ΔUQ anchors
 * in their space).
 */
export const fourierSchema = z.strictObject({
  features: z.int().min(1).meta({
    flag: "--fourier-features",
    help: "show numbers x as so many sines and cosines of random projections, as functions that oscillate need",
    example: 64,
  }),
  scale: z.number().positive().default(1).meta({
    flag: "--fourier-scale",
    help: "standard deviation of their frequencies, in periods for each standard deviation of an input",
    example: 2,
  }),
});

/**
 * What a regression minimises, `task` of a run's config.
 * @example
 * const { loss } = regressionSchema.parse({ name: "regression" }); // with every default
 */
export const regressionSchema = z.strictObject({
  name: z.literal("regression"),
  loss: z.enum(regressionLosses).default("squared").meta({ flag: "--loss", help: "what is minimised" }),
  levels: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .default([0.05, 0.5, 0.95])
    .meta({ flag: "--levels", help: "loss quantile: which quantiles are predicted, rising", example: [0.1, 0.5, 0.9] }),
  /** Inputs are shown as they are where absent. */
  fourier: fourierSchema.optional(),
  /** Gal and Ghahramani 2016; 0: without dropout. */
  dropoutDraws: z.int().min(0).default(0).meta({
    flag: "--dropout-draws",
    help: "predict by so many draws of the network's dropout, their spread being the uncertainty",
    example: 30,
  }),
});
export type RegressionOptions = z.output<typeof regressionSchema>;
