import { z } from "zod";

/** How far around an object's centre cells are half believed, see `gaussianRadius`. */
export const radiusKinds = ["published", "corrected"] as const;
export type RadiusKind = (typeof radiusKinds)[number];

const weight = z.number().min(0);

/**
 * What a detector learns, `task` of a run's config.
 * @example
 * const { radius, sizeWeight } = detectionSchema.parse({ name: "detection" }); // with every default
 */
export const detectionSchema = z.strictObject({
  name: z.literal("detection"),
  radius: z.enum(radiusKinds).default("published").meta({
    flag: "--radius",
    help: "cells that count as near an object's centre: published (CenterNet's code, whose quadratic formula lacks its divisor) | corrected",
  }),
  offsetWeight: weight.default(1).meta({
    flag: "--offset-weight",
    help: "of the loss of centres' offsets within their cells",
    example: 1,
  }),
  sizeWeight: weight.default(0.1).meta({
    flag: "--size-weight",
    help: "of the loss of widths and heights, in cells",
    example: 0.1,
  }),
});
export type DetectionOptions = z.output<typeof detectionSchema>;
