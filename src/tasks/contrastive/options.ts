import { z } from "zod";
import { sameClassRules } from "./contrastive-loss.ts";

export const textKinds = ["captions", "classes"] as const;
/** How pairs of the pool are chosen for an image: the nearest of it under the start's weights, or any, the control. */
export const retrievalRules = ["nearest", "random"] as const;
/** What of the pool's pairs is compared with the image: their images, or their captions. */
export const retrievalKeys = ["image", "text"] as const;
/** Whose captions stand beside the classes' names: the image's own, or another image's, the control. */
export const captionSources = ["own", "shuffled"] as const;

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
  captionsOf: z.enum(captionSources).default("own").meta({
    flag: "--captions-of",
    help: "caption anchors: own | shuffled (those of another image, a control)",
  }),
  /** λ of the retrieved anchors (ARF): the weight of a loss of pairs of the pool; 0: none. */
  retrievedWeight: z.number().min(0).default(0).meta({
    flag: "--retrieved-weight",
    help: "weight of a loss of image-text pairs of a pool, one for each image of a batch (ARF's retrieved anchors); 0: none",
    example: 1,
  }),
  retrieval: z.enum(retrievalRules).default("nearest").meta({
    flag: "--retrieval",
    help: "pairs of the pool: nearest (to each image, under the weights of --init) | random (a control)",
  }),
  retrievalKey: z.enum(retrievalKeys).default("image").meta({
    flag: "--retrieval-key",
    help: "what of the pool's pairs is compared with the image: image | text",
  }),
  /** k, of which one is drawn at each step. */
  retrievedNeighbours: z.int().min(1).default(8).meta({
    flag: "--retrieved-neighbours",
    help: "nearest pairs of each image, of which one is drawn at each step",
    example: 8,
  }),
  /** Data whose training images are the pool: as `data` of the run but for what it says itself, where it names no other data set. */
  pool: z
    .looseObject({
      name: z
        .string()
        .optional()
        .meta({ flag: "--pool", help: "retrieved anchors: data set whose training images are the pool" }),
      folder: z.string().optional().meta({
        flag: "--pool-folder",
        help: "retrieved anchors: folder of the pool, with its captions.jsonl; implies --pool folder",
        isPath: true,
      }),
    })
    .optional(),
  /** Ways to name a class, with {} in the place of its name. */
  templates: z
    .array(z.string().includes("{}", { error: "has no {} for the class's name; e.g. a photo of a {}." }))
    .min(1)
    .optional(),
});
export type ContrastiveOptions = z.output<typeof contrastiveSchema>;
