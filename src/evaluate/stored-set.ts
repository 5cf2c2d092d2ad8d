import { z } from "zod";
import { laplaceResults } from "./laplace/results.ts";

/**
 * Which of a run's weights predict, where it keeps a moving average of them beside the `raw` ones of its last step.
 * @example
 * const [average, raw] = weightKinds; // a run may keep a moving average of its weights beside them
 */
export const weightKinds = ["average", "raw"] as const;
export type Weights = (typeof weightKinds)[number];

/** A way of asking whose answers are not the plain network's: they are kept apart from its own. */
export const storedVariant = z.object({
  /** Of its folder within the run; unlike that of every other way, its options included. */
  name: z.string().regex(/^[\w.-]+$/),
  /** What reports add to the method's name. */
  title: z.string(),
  /** What an image costs, in times what it costs the plain network. */
  passes: z.number().int().positive(),
  /** What to know before its numbers are believed. */
  notice: z.string().optional(),
  /** Of a last-layer Laplace approximation. */
  laplace: laplaceResults.optional(),
});
export type StoredVariant = z.infer<typeof storedVariant>;

export const storedSet = z.object({
  /** Image-set name, e.g. `emoji/test`. */
  set: z.string(),
  /** Absent where a run has only one kind. */
  weights: z.enum(weightKinds).optional(),
  /** The beginning of its file names. */
  slug: z.string().regex(/^[\w.-]+$/),
  role: z.enum(["test", "validation", "shift", "ood", "corruption", "corrupted-sample", "train", "ood-validation"]),
  images: z.number().int().positive(),
  classes: z.number().int().min(2),
  /** How an anchored model was asked: `single`, `k`, `blt`. */
  protocol: z.string().optional(),
  /** K of that protocol. */
  references: z.number().int().positive().optional(),
  /** Whether the logits are means over each image and its mirror image. */
  mirrored: z.boolean().optional(),
  /** Absent where the network was asked as it is. */
  variant: storedVariant.optional(),
  /** Whether an `.uncertainty.npy` lies beside the logits. */
  uncertainty: z.boolean(),
  /** Columns of the `.doubts.npy` beside the logits, of several members' answers. */
  doubts: z.array(z.string()).min(1).optional(),
  /** D of the `.features.npy` beside the logits; absent where none was asked for. */
  features: z.number().int().positive().optional(),
  /** How the images were corrupted, of role `corruption`. */
  corruption: z
    .object({
      name: z.string(),
      /** 1 to 5. */
      severity: z.number().int(),
      /** Whose constants: `cifar`, `tiny-imagenet`, `imagenet`; or `published` for files made by others. */
      benchmark: z.string(),
      /** Whether something stands in for what the benchmark prescribes (a procedural texture for photographs). */
      standIn: z.boolean().optional(),
    })
    .optional(),
  /** Of the checkpoint that predicted. */
  checkpointSha256: z.string().optional(),
  /** Of the images and of how they were asked: equal keys and checkpoints give equal logits. */
  inputKey: z.string().optional(),
  /** Of shape, bytes and labels of the images. */
  imagesSha256: z.string().optional(),
});

/** A line of `predictions/index.json`: one image set that a run has predicted. */
export type StoredSet = z.infer<typeof storedSet>;
/**
 * What an image set is for: judged in distribution, under shift or corrupted; held against the test set as foreign;
 * `corrupted-sample`, some of all that is corrupted, asked as the test set was, which a verdict must keep; `validation`, what temperatures and thresholds are fitted on; `train`, images of the training as they are, whose
 * features tell what is known; `ood-validation`, foreign ones that parameters are chosen by and nothing is judged by.
 */
export type SetRole = StoredSet["role"];

export type PredictionContext = Pick<
  StoredSet,
  | "role"
  | "weights"
  | "protocol"
  | "references"
  | "mirrored"
  | "variant"
  | "corruption"
  | "checkpointSha256"
  | "inputKey"
  | "imagesSha256"
>;
