import { z } from "zod";
import { sameClassRules } from "./contrastive-loss.ts";

export const textKinds = ["captions", "classes"] as const;

/**
 * What is said of images, and how pairs are told apart: `task` of a run's config.
 * @example
 * const { texts } = contrastiveSchema.parse({ name: "contrastive" }); // with every default
 */
export const contrastiveSchema = z.strictObject({
  name: z.literal("contrastive"),
  texts: z.enum(textKinds).default("captions").meta({
    flag: "--texts",
    help: "what is said of an image: captions (one of its own, drawn anew at each step) | classes (its class's name in one of the templates, as FLYP has it)",
  }),
  sameClass: z.enum(sameClassRules).default("negative").meta({
    flag: "--same-class",
    help: "what other pairs of an image's own class are to it: negative (as CLIP and FLYP have it) | positive | ignored",
  }),
  /** Ways to name a class, with {} in the place of its name. */
  templates: z
    .array(z.string().includes("{}", { error: "has no {} for the class's name; e.g. a photo of a {}." }))
    .min(1)
    .optional(),
});
export type ContrastiveOptions = z.output<typeof contrastiveSchema>;
