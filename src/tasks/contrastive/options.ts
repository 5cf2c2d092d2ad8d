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
  /** λ of the caption anchors (ARF, Han et al., CVPR 2024): the weight of a second loss; 0: none. */
  captionWeight: z.number().min(0).default(0).meta({
    flag: "--caption-weight",
    help: "texts classes: weight of a second loss, of each image and one of its captions (ARF's caption anchors); 0: none",
    example: 1,
  }),
  /** Ways to name a class, with {} in the place of its name. */
  templates: z
    .array(z.string().includes("{}", { error: "has no {} for the class's name; e.g. a photo of a {}." }))
    .min(1)
    .optional(),
});
export type ContrastiveOptions = z.output<typeof contrastiveSchema>;
